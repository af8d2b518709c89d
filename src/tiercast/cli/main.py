"""`tiercast`: the commands. Each is thin; the work is done by the function of the same name."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Annotated

import typer

import tiercast
from tiercast.cli import (
    alerts,
    backtest,
    data,
    experiment,
    export,
    migration,
    models,
    monitor,
    outlook,
    privacy,
    serve,
    story,
    verify,
)
from tiercast.cli.console import AS_ROWS, QUIET, show
from tiercast.cli.errors import DEBUG, Commands, arguments, exit_codes, wants_json
from tiercast.cli.errors import LOG_FORMAT as LOG_FORMAT_OPTION
from tiercast.cli.json_log import LOG_FORMAT, LogFormat, speak_json

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: tiercast demo, or tiercast init YOUR_ORDERS.csv. "
    f"Exit codes: {exit_codes()}.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        show(f"tiercast {tiercast.__version__}")
        raise typer.Exit


def _set_log_format(wanted: LogFormat) -> LogFormat:
    LOG_FORMAT.set(wanted)
    return wanted


def _sets(variable: ContextVar[bool]) -> Callable[[typer.Context, bool], bool]:
    """Return what holds an option's value in a variable while the command runs."""

    def hold(context: typer.Context, wanted: bool) -> bool:
        token = variable.set(wanted)
        context.call_on_close(lambda: variable.reset(token))
        return wanted

    return hold


@app.callback()
def tiercast_(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the full traceback of an unexpected error.")
    ] = False,
    log_format: Annotated[
        LogFormat,
        typer.Option(
            LOG_FORMAT_OPTION,
            callback=_set_log_format,
            help="Format of stderr: text, or one JSON object per line.",
        ),
    ] = "text",
    as_rows: Annotated[
        bool,
        typer.Option(
            "--json", callback=_sets(AS_ROWS), help="Show results as JSON, one object per line."
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", callback=_sets(QUIET), help="Show results and errors, no progress or notes."
        ),
    ] = False,
) -> None:
    """Which customers matter most, which are about to leave, which can grow.

    From a company's orders to one row per customer: segment, churn risk, future value, tier,
    the uncertainty of each, reasons, and the next action.
    """


COMMANDS: dict[Callable[..., None], str] = {
    outlook.demo: "tiercast demo cdnow",
    outlook.score: "tiercast score pipelines/cdnow.yaml --as-of 1998-04-01",
    outlook.report: "tiercast report pipelines/cdnow.yaml --as-of 1998-04-01",
    export.export: "tiercast export pipelines/cdnow.yaml --list win_back --format xlsx",
    serve.app: "tiercast app pipelines/cdnow.yaml --port 8501",
    serve.serve: "tiercast serve pipelines/cdnow.yaml --port 8600",
    serve.mcp: "tiercast mcp pipelines/cdnow.yaml",
    story.explain: "tiercast explain pipelines/cdnow.yaml 1024",
    data.init: "tiercast init exports/orders.csv",
    data.check: "tiercast check pipelines/cdnow.yaml",
    data.features: "tiercast features pipelines/cdnow.yaml --as-of 1998-04-01 "
    "--output features.parquet",
    data.churn_definition: "tiercast churn-definition pipelines/cdnow.yaml",
    models.train: "tiercast train pipelines/cdnow.yaml --as-of 1998-04-01",
    models.compare: "tiercast compare pipelines/cdnow.yaml 3 champion",
    models.promote: 'tiercast promote pipelines/cdnow.yaml 2 --why "it sees returns"',
    models.rollback: 'tiercast rollback pipelines/cdnow.yaml --why "odd totals"',
    backtest.backtest: "tiercast backtest pipelines/cdnow.yaml --last 2",
    monitor.monitor: "tiercast monitor pipelines/cdnow.yaml --as-of $(date +%F); "
    "[ $? = 3 ] && tiercast train pipelines/cdnow.yaml",
    verify.verify: "tiercast verify pipelines/cdnow.yaml --as-of 1998-04-01",
    migration.migration: "tiercast migration pipelines/cdnow.yaml "
    "--from 1998-01-01 --to 1998-04-01",
    alerts.alerts: "tiercast alerts pipelines/cdnow.yaml --as-of 1998-04-01",
    privacy.forget: "tiercast forget pipelines/cdnow.yaml 1024",
}
for command, example in COMMANDS.items():
    app.command(epilog=f"Example: {example}")(command)
app.add_typer(experiment.experiment, name="experiment")


def main() -> None:
    """Run the command line."""
    # OpenMP threads that spin while they wait slow down busy cores; the variable is read on load.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    gc.set_threshold(10_000)  # Ibis builds many small objects that stay: a tenth of `check`
    # A scheduler's SIGTERM ends a job as Ctrl-C does: reported, recorded, with the same code.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = typer.main.get_command(app)
    given = arguments(sys.argv[1:])
    if wants_json(given):
        speak_json()
    command(args=given, prog_name="tiercast")


if __name__ == "__main__":
    main()
