"""`tiercast`: the commands. Each is thin; the work is done by the function of the same name."""

import os
import signal
import sys
from typing import Annotated

import typer

import tiercast
from tiercast.cli import (
    alerts,
    backtest,
    data,
    migration,
    models,
    monitor,
    outlook,
    story,
    verify,
)
from tiercast.cli.console import show_lines
from tiercast.cli.errors import DEBUG, Commands, arguments, exit_codes, wants_json
from tiercast.cli.errors import LOG_FORMAT as LOG_FORMAT_OPTION
from tiercast.cli.json_log import LOG_FORMAT, LogFormat, speak_json

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: tiercast demo, or tiercast init YOUR_ORDERS.csv. "
    f"Exit codes: {exit_codes()}.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        show_lines(f"tiercast {tiercast.__version__}")
        raise typer.Exit


def _set_log_format(wanted: LogFormat) -> LogFormat:
    LOG_FORMAT.set(wanted)
    return wanted


@app.callback()
def tiercast_(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the whole traceback of an unforeseen error.")
    ] = False,
    log_format: Annotated[
        LogFormat,
        typer.Option(
            LOG_FORMAT_OPTION,
            callback=_set_log_format,
            help="What stderr says: text, or one JSON object a line.",
        ),
    ] = "text",
) -> None:
    """Who keeps us alive, who is about to leave, who could become more.

    From a company's orders to one row per customer: segment, churn risk, future value, tier,
    how sure each is, why, and what to do next.
    """


for group in (outlook, story, data, models, backtest, monitor, verify, migration, alerts):
    group.add_to(app)


def main() -> None:
    """Run the command line."""
    # OpenMP threads that spin while they wait slow everything down on busy cores; read on load.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # A scheduler that stops a job ends it as Ctrl-C does: told, recorded, with the same code.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = typer.main.get_command(app)
    given = arguments(sys.argv[1:])
    if wants_json(given):
        speak_json()
    command(args=given, prog_name="tiercast")


if __name__ == "__main__":
    main()
