import re

import pytest
from typer.testing import CliRunner

from tiercast.cli.main import app
from tiercast.config.lists import default_lists
from tiercast.modeling.metrics import ALL_METRICS
from tiercast.readiness.rules import RULES as READINESS_RULES

ORDERS = """customer_id,ordered_at,amount,order_id
a,2024-01-05,12.50,1
b,2024-01-06,3.00,2
a,2024-02-05,8.25,3
,2024-02-06,8.25,4
b,2024-03-10,9.00,5
"""
CONFIG = "name: shop\nsources:\n  transactions:\n    path: orders.csv\n"

# Names: of measures, models and methods, and of the sample.
NAMES = {
    *("tiercast", "CONFIG", "AUC", "ECE", "Gini", "RMSE", "MAE", "RFM", "PSI", "MBG", "BG", "NBD"),
    *("Gamma", "Pareto", "LightGBM", "smearing", "Kolmogorov", "Smirnov", "UTC", "isotonic"),
    *("US", "transactions", "amount", "aliases", "champion", "value", "revenue"),
    *("outlook", "tenth", "shop", "tiny", "Gone", "Rest"),
    *(one.name for one in (*READINESS_RULES, *ALL_METRICS, *default_lists())),
}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A working directory with orders and their config; answers the config's path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "shop.yaml").write_text(CONFIG, "utf-8")
    return "shop.yaml"


@pytest.fixture
def run():
    """Call the command line as a user would; the result has exit_code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="session")
def english():
    """Return the words of a text that are neither ids, paths, codes nor names."""

    def words(text):
        plain = re.sub(r"`[^`]*`|\S*[/_.=]\S*|'[^']*'|-\S+", " ", text)
        return set(re.findall(r"\b[A-Za-z]{2,}\b", plain)) - NAMES

    return words
