import importlib
import importlib.util
import warnings
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

HISTORY = ["frequency", "recency", "T"]


def cdnow(file_name: str) -> pd.DataFrame:
    spec = importlib.util.find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    return pd.read_csv(Path(spec.origin).parent / "datasets" / file_name)


@pytest.fixture(scope="session")
def cdnow_histories() -> pd.DataFrame:
    """CDNOW's every tenth customer, in weeks, over the first 39 of them."""
    return cdnow("cdnow_customers_summary.csv")[HISTORY]


@pytest.fixture(scope="session")
def cdnow_spends() -> pd.DataFrame:
    columns = {"x": "frequency", "zbar": "monetary_value"}
    frame = cdnow("cdnow_customers_summary_with_transactions.csv")
    return frame.rename(columns=columns)[list(columns.values())]


@pytest.fixture(scope="session")
def lifetimes() -> ModuleType:
    """The peer. It is unmaintained: importing it sets options that pandas has deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("lifetimes")
