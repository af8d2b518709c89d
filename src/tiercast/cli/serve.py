"""`serve`, `app` and `mcp`: a base over HTTP, as web pages, and for assistants."""

from typing import Annotated

import typer

from tiercast.cli.console import watch
from tiercast.cli.options import ConfigFile, Language, in_language


def serve(
    config: ConfigFile,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Other machines ask with TIERCAST_TOKEN.")
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


def mcp(config: ConfigFile, language: Language = None) -> None:
    """Serve an AI assistant over stdin and stdout, read-only (Model Context Protocol)."""
    from tiercast.assistant.server import mcp as answer

    settings = in_language(config, language)
    with watch() as progress:
        answer(settings, progress=progress)
