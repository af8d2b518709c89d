"""`serve`: scores over HTTP."""

from typing import Annotated

import typer

from tiercast.cli.console import watch
from tiercast.cli.options import ConfigFile, Language, in_language


def serve(
    config: ConfigFile,
    host: Annotated[
        str,
        typer.Option("--host", metavar="HOST", help="Other machines ask with TIERCAST_TOKEN."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free port.")
    ] = 8600,
    language: Language = None,
) -> None:
    """Serve scores over HTTP, of posted customers and of stored ones, until Ctrl-C."""
    from tiercast.serving.server import serve as answer

    settings = in_language(config, language)
    with watch() as progress:
        answer(settings, host, port, progress=progress)
