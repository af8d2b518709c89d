import importlib
import sys

import pytest


@pytest.fixture(scope="session")
def benchmark_module(root):
    """Return a function that imports a module of `benchmarks/`, which is no package."""
    folder = str(root / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)
