"""What holds for every file of the package: no code from data, no shell, no loose SQL."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "tiercast"
FILES = sorted(PACKAGE.rglob("*.py"))
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {
    *("eval", "exec", "compile", "__import__"),
    *("os.system", "os.popen", "os.execv", "os.spawnl", "subprocess.getoutput"),
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "pd.read_pickle", "pickle.load"),
    *("pd.eval", "torch.load"),
}
# Where a program is started, by its own name and arguments and never through a shell.
STARTS_PROGRAMS = {"sources/spark_session.py", "cli/json_log.py", "tracking/git_commit.py"}
# What is put into a text of SQL there: names made here, numbers, or identifiers quoted.
BUILDS_SQL = {
    "sources/workspace.py",
    "sources/query.py",
    "sources/readers.py",
    "sources/spark_backend.py",
    "scoring/batches.py",
    "privacy/search.py",
    "serving/checked_rows.py",
    "serving/engine.py",
}


def name_of(path):
    return str(path.relative_to(PACKAGE))


def tree_of(path):
    return ast.parse(path.read_text("utf-8"))


def calls(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_runs_no_code_from_data(path):
    assert not set(imported(path)) & UNSAFE_MODULES
    assert not {name for name, _ in calls(path)} & UNSAFE_CALLS


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_asks_no_shell(path):
    for _, node in calls(path):
        assert not any(word.arg == "shell" for word in node.keywords)
    if name_of(path) not in STARTS_PROGRAMS:
        assert "subprocess" not in set(imported(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_values_reach_sql_as_bound_parameters_alone(path):
    """Text of SQL with something put into it stands in the files named above only."""
    texts = [
        ast.unparse(node.args[0])
        for name, node in calls(path)
        if name.rpartition(".")[2] in {"raw_sql", "sql", "execute"} and node.args
        if isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not texts or name_of(path) in BUILDS_SQL
