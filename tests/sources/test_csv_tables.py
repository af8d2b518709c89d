import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.sources.canonical import open_base

NUMBERS = st.from_regex(r"[-+]?(0[xb])?[0-9]{1,22}(\.[0-9]{0,2})?(e[0-9])?", fullmatch=True)


def ids_read(folder, ids):
    path = Path(folder) / "orders.csv"
    rows = [f"{one},2024-01-05,5" for one in ids]
    path.write_text("\n".join(["customer_id,ordered_at,amount", *rows, ""]))
    config = {"name": "shop", "sources": {"transactions": {"path": str(path)}}}
    with open_base(Config.model_validate(config)) as base:
        return base.transactions.to_pyarrow()["customer_id"].to_pylist()


@settings(max_examples=15, deadline=None)
@given(ids=st.lists(NUMBERS, min_size=1, max_size=30, unique=True))
def test_as_many_ids_come_out_as_texts_went_in(ids):
    with tempfile.TemporaryDirectory() as folder:
        assert len(set(ids_read(folder, ids))) == len(ids)


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        (["7", "-3", "9223372036854775807"], [7, -3, 2**63 - 1]),
        (["1.0", "", "2.0"], [1, 2]),
        (["50", "9223372036854775808"], ["50", "9223372036854775808"]),
        (["1", "1.0"], ["1", "1.0"]),
        (["1e3", "10e2"], ["1e3", "10e2"]),
        (["0x10", "16"], ["0x10", "16"]),
        (["1.10", "1.1"], ["1.10", "1.1"]),
        (["true", "True"], ["true", "True"]),
    ],
)
def test_ids_are_integers_only_where_each_is_written_as_one(tmp_path, ids, read):
    assert sorted(ids_read(tmp_path, ids), key=str) == sorted(read, key=str)


def test_a_quote_that_is_never_closed_is_refused_by_line(tmp_path):
    with pytest.raises(DataContractError, match=r"orders\.csv: cannot be read: line 3: a quote"):
        ids_read(tmp_path, ["7", '"99'])


def test_a_line_with_a_separator_too_many_is_refused_by_line(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer_id,ordered_at,amount\na,2024-01-05,5\nb,2024-01-06,7,\na,2024-01-07,5\n"
    )
    config = {"name": "shop", "sources": {"transactions": {"path": str(path)}}}
    message = r"orders\.csv: cannot be read: line 3 has 4 fields, but the header has 3"
    with (
        pytest.raises(DataContractError, match=message),
        open_base(Config.model_validate(config)),
    ):
        pass
