import ast
import itertools
import os
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from tiercast.sources.samples import sample_path

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NAMES = ("compare_models", "explore_segments", "measure_campaign")
PACKAGES = {"mlflow", "pandas", "plotly", "tiercast"} | sys.stdlib_module_names
CUSTOMERS = {"cdnow": "customer_id", "complete_journey": "household_id"}
LONGEST_CELL = 900  # seconds, on cores that do other things too
PLOTLY = "application/vnd.plotly.v1+json"


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def statements(name):
    return itertools.chain.from_iterable(
        ast.walk(ast.parse(cell.source)) for cell in code_cells(read(name))
    )


def imported(statement):
    if isinstance(statement, ast.ImportFrom):
        return [f"{statement.module}.{alias.name}" for alias in statement.names]
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    return []


@pytest.fixture(scope="module")
def tenths(samples, tmp_path_factory):
    """A data folder with every tenth customer of the samples."""
    folder = tmp_path_factory.mktemp("tenths")
    for name, customer in CUSTOMERS.items():
        (folder / name).mkdir()
        sample_path(f"sample://{name}/transactions.parquet")
        for table in (samples / name).glob("*.parquet"):
            rows = pd.read_parquet(table)
            rows[rows[customer].astype(int) % 10 == 0].to_parquet(folder / name / table.name)
    return folder


@pytest.fixture(scope="module", params=NAMES)
def executed(request, tmp_path_factory, tenths):
    """The notebook, run from top to bottom in a folder of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "data").symlink_to(tenths)
    settings = {
        "TIERCAST_NOTEBOOK_DIR": str(folder),
        "TIERCAST_TRIALS": "1",
        "IPYTHONDIR": str(folder / "ipython"),  # the user's own start-up files stay out
        "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait leave busy cores to others
    }
    notebook = read(request.param)
    client = NotebookClient(
        notebook, timeout=LONGEST_CELL, resources={"metadata": {"path": str(folder)}}
    )
    kept = {name: text for name, text in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    client.execute(env=kept | settings)
    return notebook


def test_these_are_the_notebooks():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.slow
def test_it_runs_from_top_to_bottom_without_a_warning(executed):
    outputs = [output for cell in code_cells(executed) for output in cell.outputs]
    assert [text.text for text in outputs if text.get("name") == "stderr"] == []
    assert all(cell.execution_count for cell in code_cells(executed))


@pytest.mark.slow
def test_every_figure_is_shown(executed):
    drawing = [cell for cell in code_cells(executed) if "figure =" in cell.source]
    assert len(drawing) >= 2
    for cell in drawing:
        assert [PLOTLY in output.data for output in cell.outputs] == [True], cell.id


@pytest.mark.parametrize("name", NAMES)
def test_no_output_is_committed(name):
    notebook = read(name)
    nbformat.validate(notebook)
    for cell in code_cells(notebook):
        assert (cell.outputs, cell.execution_count, cell.metadata) == ([], None, {}), cell.id


@pytest.mark.parametrize("name", NAMES)
def test_it_imports_the_package_and_little_else(name):
    names = [found for statement in statements(name) for found in imported(statement)]
    assert {found.partition(".")[0] for found in names} <= PACKAGES
    private = [found for found in names if any(part[0] == "_" for part in found.split("."))]
    assert private == []


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_no_code_that_belongs_into_the_package(name):
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert [found for found in statements(name) if isinstance(found, definitions)] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_with_its_question(name):
    title = read(name).cells[0].source.splitlines()[0]
    assert title.startswith("# ")
    assert title.endswith("?")
