"""`mcp`: answers to AI assistants."""

from tiercast.cli.console import watch
from tiercast.cli.options import ConfigFile, Language, in_language


def mcp(config: ConfigFile, language: Language = None) -> None:
    """Answer an AI assistant over stdin and stdout, read-only (Model Context Protocol)."""
    from tiercast.assistant.server import mcp as answer

    settings = in_language(config, language)
    with watch() as progress:
        answer(settings, progress=progress)
