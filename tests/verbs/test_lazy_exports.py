import inspect
import subprocess
import sys

import pytest

import tiercast

# What commands import that neither fit nor ask a model.
READING = (
    "app.server",
    "reporting.report",
    "scoring.explain",
    "scoring.reach",
    "scoring.watch",
    "verbs.check",
    "verbs.export",
    "verbs.init",
)
VERBS = [name for name in tiercast.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_can_be_called_and_says_what_it_does(name):
    assert callable(getattr(tiercast, name))
    assert inspect.getdoc(getattr(tiercast, name))


def test_all_verbs_are_listed():
    assert set(tiercast.__all__) <= set(dir(tiercast))


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        tiercast.tarin  # noqa: B018 - reading it is the test


def test_importing_the_package_imports_no_library():
    code = "import sys, tiercast; print(*{name.partition('.')[0] for name in sys.modules})"
    modules = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert {"pandas", "numpy", "ibis", "mlflow", "pydantic", "typer"}.isdisjoint(modules)


def test_what_asks_no_model_imports_no_learner():
    imports = ", ".join(f"tiercast.{name}" for name in READING)
    code = f"import sys, {imports}; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert {"lightgbm", "mlflow", "scipy.stats", "sklearn"}.isdisjoint(modules)


def test_modules_below_features_stay_importable():
    from tiercast.features.registry import CATALOGUE

    assert len(CATALOGUE) > 60
