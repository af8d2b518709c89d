"""Tables of messy cells, drawn at random: every row is counted once, or the file is refused."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planted import COLUMNS, GOOD, ODD_TEXTS, WANTED, config_of, csv_text, good_table, read
from tiercast.contract.data_rules import RULES
from tiercast.contract.errors import DataContractError

FEW_EXAMPLES = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a table read takes too long to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
REMEDIES = {rule.remedy for rule in RULES} | {"; mend", "; export", "; save", "; map"}
WORDS = st.sampled_from([*ODD_TEXTS, "", " ", '"', "'", ",", ";", "\t", "\r", "\r\n", "#", "\\"])
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([0, 1e13, -0.0])
DAYS = st.sampled_from(["2023-06-01", "1900-01-01", "2100-01-01", "2023-02-30", "31.12.2023"])
CELLS = st.none() | WORDS | ANY_TEXT | NUMBERS | DAYS
ROWS = st.lists(st.tuples(*[CELLS] * len(COLUMNS)), min_size=1, max_size=6)
TYPED = [
    (pa.string(), WORDS | ANY_TEXT | DAYS),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.float64(), st.floats()),
    (pa.bool_(), st.booleans()),
    (pa.date32(), st.dates()),
    (pa.timestamp("us"), st.datetimes()),
    (pa.timestamp("ns", "Asia/Tokyo"), st.integers(-(2**62), 2**62)),
    (pa.decimal128(20, 4), st.decimals(-(10**9), 10**9, places=4)),
]


@st.composite
def arrow_tables(draw):
    """Draw a table whose columns are each of one type, but of any."""
    rows = draw(st.integers(1, 6))
    columns = {}
    for column in COLUMNS:
        kind, cells = draw(st.sampled_from(TYPED))
        drawn = draw(st.lists(st.none() | cells, min_size=rows, max_size=rows))
        columns[column] = pa.array(drawn, kind)
    return pa.table(columns)


@FEW_EXAMPLES
@given(ROWS, st.integers(0, len(GOOD)))
def test_each_row_of_a_messy_csv_is_counted_once(tmp_path, rows, place):
    path = tmp_path / "orders.csv"
    written = [*GOOD[:place], *rows, *GOOD[place:]]
    path.write_text(csv_text(written), "utf-8", newline="")
    if (found := read_or_refused(path, len(written))) is not None:
        kept = found.of_good()
        assert [row for row in WANTED if row not in kept] == []


@FEW_EXAMPLES
@given(arrow_tables())
def test_each_row_of_a_messy_parquet_is_counted_once(tmp_path, table):
    path = tmp_path / "orders.parquet"
    pq.write_table(table, path)
    read_or_refused(path, len(table))


@pytest.mark.parametrize("column", COLUMNS)
@settings(FEW_EXAMPLES, max_examples=3)
@given(table=arrow_tables())
def test_a_messy_column_beside_good_ones_loses_no_row(tmp_path, column, table):
    good = good_table()
    cells = table[column].combine_chunks()
    place = pa.array([i % len(cells) for i in range(len(good))])
    messy = good.set_column(COLUMNS.index(column), column, cells.take(place))
    pq.write_table(messy, tmp_path / "orders.parquet")
    read_or_refused(tmp_path / "orders.parquet", len(good))


def read_or_refused(path, rows):
    """Return what became of the rows; None where the file was refused in words."""
    try:
        return read(config_of(path), rows)
    except DataContractError as error:
        refusal = str(error)
    assert refusal.startswith(f"{path}: ")
    assert any(remedy in refusal for remedy in REMEDIES)
    assert "\n" not in refusal
    return None
