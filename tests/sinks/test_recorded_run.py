import datetime as dt
from contextlib import ExitStack, contextmanager

import duckdb
import pytest

from tiercast.artifacts.run_log import PENDING, RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.config.progress import Silent
from tiercast.config.schema import Config
from tiercast.sinks.recorded_run import recorded_run

SECRET = "geheim-7f3a"
CONFIG = Config.model_validate(
    {
        "name": "shop",
        "sources": {
            "transactions": {"connection": f"postgresql://me:{SECRET}@host/db", "table": "orders"}
        },
    }
)


def recorded(folder):
    return recorded_run(CONFIG, "score", folder, Silent())


def test_a_run_that_ends_well_is_done(tmp_path):
    with recorded(tmp_path) as run:
        run.claim(dt.date(2024, 7, 1))
        run.set_result(rows=3, model_version="2", data_fingerprint={"transactions": "3-a-b"})
    (told,) = RunLog(tmp_path).read()
    assert (told.outcome, told.exit_code, told.rows, told.model_version) == ("done", 0, 3, "2")
    assert told.as_of == dt.date(2024, 7, 1)


def test_a_run_that_ends_well_may_have_a_code_of_its_own(tmp_path):
    with recorded(tmp_path) as run:
        run.exit_code = 3
    (told,) = RunLog(tmp_path).read()
    assert (told.outcome, told.exit_code) == ("done", 3)


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (InputError, "refused", 2),
        (OutputError, "failed", 1),
        (ZeroDivisionError, "failed", 1),
        (KeyboardInterrupt, "interrupted", 130),
    ],
)
def test_a_run_that_fails_is_recorded_without_its_secrets(tmp_path, error, outcome, code):
    with pytest.raises(error), recorded(tmp_path):
        raise error(f"no way for {SECRET}")
    (told,) = RunLog(tmp_path).read()
    assert (told.outcome, told.exit_code) == (outcome, code)
    assert told.message == "no way for ***"


def test_a_record_that_cannot_be_written_hides_no_error(tmp_path):
    said = []
    shown = Silent()
    shown.say = said.append

    def fail():
        with recorded_run(CONFIG, "score", tmp_path, shown):
            (tmp_path / "runs").rename(tmp_path / "elsewhere")
            raise InputError("mend it")

    with pytest.raises(InputError, match="mend it"):
        fail()
    assert said[0].startswith("The record of this run is not complete: ")


@pytest.fixture
def with_database(tmp_path):
    """Return a config that also writes into a DuckDB file, and the file."""
    file = tmp_path / "shop.duckdb"
    output = CONFIG.output.model_copy(update={"connection": f"duckdb://{file}"})
    return CONFIG.model_copy(update={"output": output}), file


def run_into(config, folder):
    return recorded_run(config, "score", folder / "out", Silent())


@contextmanager
def gone(file):
    """Let a folder lie where the file of the database was."""
    away = file.with_suffix(".away")
    if file.exists():
        file.rename(away)
    file.mkdir()
    yield
    file.rmdir()
    if away.exists():
        away.rename(file)


def outcomes(file):
    with duckdb.connect(str(file)) as connection:
        found = connection.execute("select outcome from tiercast.runs order by id").fetchall()
    return [outcome for (outcome,) in found]


def test_a_database_that_was_gone_when_a_run_ended_is_told_by_the_next(tmp_path, with_database):
    config, file = with_database

    def fail(until_it_is_back):
        with run_into(config, tmp_path):
            until_it_is_back.enter_context(gone(file))
            raise ZeroDivisionError

    with ExitStack() as until_it_is_back, pytest.raises(ZeroDivisionError):
        fail(until_it_is_back)
    assert outcomes(file) == ["running"]
    with run_into(config, tmp_path):
        assert outcomes(file) == ["failed", "running"]
    assert outcomes(file) == ["failed", "done"]
    assert list(tmp_path.rglob(f"*{PENDING}")) == []


def test_runs_that_never_reached_a_database_are_told_once_it_is_there(tmp_path, with_database):
    config, file = with_database
    with gone(file):
        for _ in range(2):
            with pytest.raises(OutputError), run_into(config, tmp_path):
                pytest.fail("the block is not entered")
    with run_into(config, tmp_path):
        assert outcomes(file) == ["failed", "failed", "running"]
    assert list(tmp_path.rglob(f"*{PENDING}")) == []


def test_a_base_is_refused_the_output_of_another_before_anything_is_written(tmp_path):
    with recorded(tmp_path):
        pass
    before = sorted(tmp_path.rglob("*"))
    other = CONFIG.model_copy(update={"name": "other"})
    message = "holds the results of shop, and those of other would replace them"
    with (
        pytest.raises(InputError, match=message),
        recorded_run(other, "score", tmp_path, Silent()),
    ):
        pytest.fail("nobody gets here")
    assert sorted(tmp_path.rglob("*")) == before
