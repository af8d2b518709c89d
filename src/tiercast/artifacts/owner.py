"""The owner of an output folder: two customer bases in one would replace each other's days.

`tiercast.json` names the base. An older folder without this file belongs to the base of its newest
run.
"""

import json
from pathlib import Path

from tiercast.artifacts.run_log import RunLog
from tiercast.artifacts.staging import writing
from tiercast.artifacts.text_file import write_json_atomically
from tiercast.config.errors import InputError, OutputError
from tiercast.config.schema import Config
from tiercast.sources.file_lock import locked

OWNER_FILE = "tiercast.json"


def claim_output(output: Path, name: str) -> None:
    """Make a folder the output of the base `name`.

    Raises
    ------
    InputError
        Another customer base writes there.
    OutputError
        The folder cannot be made, or its `tiercast.json` is damaged.
    """
    with writing(output):
        output.mkdir(parents=True, exist_ok=True)
    with locked(output):
        refuse_other_base(output, name)
        if not (output / OWNER_FILE).exists():
            write_json_atomically(output / OWNER_FILE, {"name": name})


def claim(config: Config) -> None:
    """Make the folder that a config names the output of its base (see `claim_output`)."""
    claim_output(Path(config.output.path), config.name)


def refuse_other_base(output: Path, name: str) -> None:
    """Refuse a folder that is the output of another base than `name`.

    Raises
    ------
    InputError
        The folder is another base's.
    OutputError
        Its `tiercast.json` is damaged.
    """
    owner = _owner(output)
    if owner not in (None, name):
        raise InputError(
            f"{output} holds the results of {owner}, and those of {name} would replace them; name "
            f"another `output.path`. If {owner} is called {name} from now on, write "
            f'{{"name": "{name}"}} into {output / OWNER_FILE}, then run it again.'
        )


def _owner(output: Path) -> str | None:
    """Return the base that a folder belongs to; None where no base has written there."""
    file = output / OWNER_FILE
    if file.exists():
        return _named(file)
    runs = RunLog(output).read()
    return runs[-1].name if runs else None


def _named(file: Path) -> str:
    try:
        return str(json.loads(file.read_bytes())["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f'{file} is damaged ({error}); write {{"name": "NAME"}} into it, with the name of the '
            "customer base whose results lie there, then run it again."
        ) from error
