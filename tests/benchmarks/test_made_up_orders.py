import duckdb
import pytest

LINES, CUSTOMERS = 60_000, 6_000


@pytest.fixture(scope="module")
def made_up(benchmark_module):
    return benchmark_module("made_up_orders")


@pytest.fixture(scope="module")
def written(made_up, tmp_path_factory):
    """Return the file and what was told of it."""
    file = tmp_path_factory.mktemp("made_up") / "orders.parquet"
    return file, made_up.write_orders(LINES, CUSTOMERS, file)


def rows(file, question):
    return duckdb.execute(question.format(lines=f"read_parquet('{file}')")).fetchall()


def test_there_are_about_as_many_lines_and_customers_as_asked_for(written):
    _, (lines, customers) = written
    assert lines == pytest.approx(LINES, rel=0.05)
    assert 0.85 * CUSTOMERS < customers <= CUSTOMERS


def test_the_same_sizes_give_the_same_rows(made_up, written, tmp_path):
    again = tmp_path / "again.parquet"
    made_up.write_orders(LINES, CUSTOMERS, again)
    question = "select sum(hash(o)::hugeint) from {lines} as o"
    assert rows(again, question) == rows(written[0], question)


def test_every_order_has_three_lines(written, made_up):
    question = "select min(n), max(n) from (select count(*) as n from {lines} group by order_id)"
    assert rows(written[0], question) == [(made_up.LINES_AN_ORDER, made_up.LINES_AN_ORDER)]


def test_few_customers_order_much_more_than_most(written):
    ((median, largest),) = rows(
        written[0],
        "select median(n), max(n) from (select count(*) as n from {lines} group by customer_id)",
    )
    assert largest > 15 * median


def test_december_is_busier_than_june(written):
    ((june, december),) = rows(
        written[0],
        "select count(*) filter (where month(ordered_at) = 6), "
        "count(*) filter (where month(ordered_at) = 12) from {lines}",
    )
    assert december > 1.5 * june


def test_some_lines_have_a_discount_and_all_an_amount_and_a_category(written):
    ((discounted, cheapest, categories),) = rows(
        written[0],
        "select avg((discount > 0)::int), min(amount), count(distinct category) from {lines}",
    )
    assert discounted == pytest.approx(0.2, abs=0.02)
    assert cheapest > 0
    assert categories > 30
