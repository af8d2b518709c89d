import pytest
from typer.testing import CliRunner

from tiercast.cli.main import app


@pytest.fixture(scope="session")
def run():
    """Call the command line as a user would; the result has exit_code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))
