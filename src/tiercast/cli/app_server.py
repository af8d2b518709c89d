"""`app`: the web app of a customer base, on this machine only."""

from typing import Annotated

import typer

from tiercast.cli.console import watch
from tiercast.cli.options import ConfigFile, Language, in_language


def app(
    config: ConfigFile,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free port.")
    ] = 8501,
    language: Language = None,
) -> None:
    """Serve the scored days as web pages on this machine, until Ctrl-C."""
    from tiercast.app.server import app as serve

    settings = in_language(config, language)
    with watch() as progress:
        serve(settings, port, progress=progress)
