"""`experiment`: campaigns as experiments."""

from collections.abc import Callable

import typer

from tiercast.cli.experiment_measure import ledger, measure
from tiercast.cli.experiment_plan import assign, design
from tiercast.cli.experiment_target import target

experiment = typer.Typer(
    no_args_is_help=True,
    help="Plan campaigns as experiments, draw their arms, and measure what they changed.",
)
COMMANDS: dict[Callable[..., None], str] = {
    design: "tiercast experiment design pipelines/cdnow.yaml --list win_back --effect 0.02",
    assign: "tiercast experiment assign pipelines/cdnow.yaml spring --list win_back "
    "--arms control=0.5,mail=0.5",
    ledger: "tiercast experiment ledger pipelines/cdnow.yaml",
    measure: "tiercast experiment measure pipelines/hillstrom.yaml e-mail",
    target: "tiercast experiment target pipelines/hillstrom.yaml e-mail --outcome visit",
}
for command, example in COMMANDS.items():
    experiment.command(epilog=f"Example: {example}")(command)
