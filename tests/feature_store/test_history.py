"""With a feature store a job sees exactly what it would see without one."""

import datetime as dt
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bases import orders, write_base
from recorded_progress import RecordedProgress
from stored_history import facts, facts_of, with_store
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.scoring.score import score
from tiercast.sources.samples import sample_path
from tiercast.verbs.check import check
from tiercast.verbs.features import features
from trained_base import column_bytes, read_parts

LATE_DAYS = 4
FIRST = pd.Timestamp("2024-01-25")  # a month ends within the first days
COLUMNS = "customer_id order_id ordered_at amount category discount"


def grown(
    folder: Path, frame: pd.DataFrame, *, late_days: int = LATE_DAYS
) -> tuple[Config, Config]:
    """Write lines and answer the config that reads them all, and the one with a store."""
    config = write_base(folder / "in", {"transactions": frame})
    return config, with_store(config, folder / "book", late_days=late_days)


@st.composite
def histories(draw):
    """Return lines, each with the day that it comes in: up to LATE_DAYS after its own."""
    line = st.tuples(
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["o1", "o2", "o3", None]),
        st.one_of(st.none(), st.integers(0, 24 * 20)),  # the hour
        st.sampled_from([5.0, 2.5, 0.1, 0.0, -2.5, -5.0, None, 1e13]),
        st.sampled_from(["toys", "food", None]),
        st.sampled_from([1.0, None]),
        st.integers(0, LATE_DAYS),
    )
    drawn = draw(st.lists(line, min_size=1, max_size=60))
    first = ("ann", "o1", 12, 5.0, "toys", None, 0)  # there is a good line on every day
    frame = pd.DataFrame([first, *drawn], columns=[*COLUMNS.split(), "late"])
    known = frame["ordered_at"].astype("Float64")
    comes = (known.fillna(0) // 24).astype(int) + frame.pop("late")
    times = FIRST + pd.to_timedelta(known.astype("float64"), unit="h")
    return frame.assign(ordered_at=times.astype("datetime64[us]")), comes


@settings(max_examples=5)
@given(histories(), st.sets(st.integers(0, 30), min_size=3, max_size=3).map(sorted))
def test_whatever_comes_in_within_the_window_all_is_as_without_a_store(
    tmp_path_factory, history, steps
):
    frame, comes = history
    folder = tmp_path_factory.mktemp("shop")
    for step in steps:
        plain, stored = grown(folder, frame[comes <= step])
        seen = facts_of(stored)
    assert seen == facts_of(plain)


def shop_lines() -> pd.DataFrame:
    """Return a line a day of January to March; order o9 begins in January and ends in March."""
    days = pd.date_range("2024-01-01", "2024-03-31", freq="D")
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i % 7}" for i in range(len(days))],
            "order_id": [f"o{i}" for i in range(len(days))],
            "ordered_at": days + pd.Timedelta(hours=9),
            "amount": [10.0 + i % 13 for i in range(len(days))],
            "category": ["toys", "food", None] * (len(days) // 3) + ["toys"] * (len(days) % 3),
            "discount": 0.5,
        }
    )
    more = orders(
        ("c9", "o_long", pd.Timestamp("2024-01-10"), 20.0, "toys", None),
        ("c9", "o_long", pd.Timestamp("2024-03-20"), 5.0, "toys", None),
        ("c9", "back", pd.Timestamp("2024-02-10"), -20.0, "toys", None),
        (None, "guest", pd.Timestamp("2024-02-11"), 7.0, "food", None),
        ("c9", "never", None, 7.0, "food", None),
        ("c9", "free", pd.Timestamp("2024-02-12"), 0.0, "food", None),
        columns=COLUMNS,
    )
    return pd.concat([frame, more], ignore_index=True).astype({"ordered_at": "datetime64[us]"})


def before(day: str) -> pd.DataFrame:
    frame = shop_lines()
    return frame[frame["ordered_at"].isna() | (frame["ordered_at"] < day)]


def test_a_month_that_is_joined_while_a_job_goes_on_is_read_to_its_end(tmp_path):
    for day in ("2024-02-02", "2024-02-03"):
        grown(tmp_path, before(day))
        _, stored = grown(tmp_path, before(day))
        facts_of(stored)
    files = set((tmp_path / "book" / "category_days").iterdir())
    plain, stored = grown(tmp_path, before("2024-02-09"))
    with open_history(stored) as history:
        assert files - set((tmp_path / "book" / "category_days").iterdir())
        assert facts(history) == facts_of(plain)


def test_a_second_run_reads_the_new_days_and_the_window_alone(tmp_path):
    grown(tmp_path, before("2024-03-01"))
    _, stored = grown(tmp_path, before("2024-03-01"))
    facts_of(stored)
    plain, stored = grown(tmp_path, before("2024-03-02"))
    progress = RecordedProgress()
    with open_history(stored, progress=progress) as history:
        read = history.base.transactions.to_pandas()["ordered_at"]
        assert read.min() == pd.Timestamp("2024-02-26 09:00")  # 1 March less LATE_DAYS
        assert facts(history) == facts_of(plain)
    assert progress.lines == [
        f"Feature store {tmp_path}/book: 60 order lines before 2024-02-26 are stored; "
        "reading the others."
    ]


def test_an_order_that_began_in_kept_days_does_not_begin_again(tmp_path):
    _, stored = grown(tmp_path, before("2024-03-10"))
    facts_of(stored)
    _, stored = grown(tmp_path, before("2024-04-01"))
    with open_history(stored) as history:
        rows = history.activity.orders.to_pandas()
    long = rows[(rows["customer_id"] == "c9") & rows["net_amount"].isin([20.0, 5.0])]
    assert long.sort_values("ordered_on")["is_order"].tolist() == [True, False]


def late(frame):
    """Three lines more, of February, when March is long kept."""
    return pd.concat(
        [frame, *[shop_lines().iloc[[40]].assign(order_id=f"l{n}") for n in range(3)]]
    )


OLD_ROWS = {
    "3 lines come late": (late, "2024-02 changed", "32 then, 35 now"),
    "a line goes": (lambda frame: frame.drop(index=[3]), "2024-01 changed", "32 then, 31 now"),
    "a customer is merged": (
        lambda frame: frame.replace({"customer_id": {"c3": "c4"}}),
        "2024-01, 2024-02 changed",
        "64 then, 64 now",
    ),
    "an amount is corrected": (
        lambda frame: frame.assign(amount=frame["amount"].mask(frame.index == 3, 99.0)),
        "2024-01 changed",
        "32 then, 32 now",
    ),
    "a category is renamed": (
        lambda frame: frame.assign(category=frame["category"].mask(frame.index == 45, "games")),
        "2024-02 changed",
        "32 then, 32 now",
    ),
}


@pytest.mark.parametrize("change", OLD_ROWS)
def test_old_rows_that_changed_are_noticed_and_read_anew(tmp_path, change):
    changed, months, numbers = OLD_ROWS[change]
    _, stored = grown(tmp_path, before("2024-03-10"))
    facts_of(stored)
    plain, stored = grown(tmp_path, changed(before("2024-03-10")))
    expected = facts_of(plain)
    progress = RecordedProgress()
    with open_history(stored, progress=progress) as history:
        assert facts(history) == expected
        assert history.notes == tuple(progress.lines)
    assert f"order lines of {months} since they were stored" in progress.lines[0]
    assert numbers in progress.lines[0]
    again = RecordedProgress()
    assert facts_of(stored, again) == expected
    assert "are stored; reading the others" in again.lines[0]


def test_other_settings_make_it_anew(tmp_path):
    plain, stored = grown(tmp_path, before("2024-03-10").assign(cost=1.0))
    facts_of(stored)
    margin = {"outlook": {"value": "margin"}}
    progress = RecordedProgress()
    again = facts_of(Config.model_validate(stored.model_dump() | margin), progress)
    assert progress.lines == [
        f"Feature store {tmp_path}/book: made with value 'revenue', now 'margin'; "
        "reading all lines."
    ]
    assert again == facts_of(Config.model_validate(plain.model_dump() | margin))


def test_a_new_column_makes_it_anew(tmp_path):
    _, stored = grown(tmp_path, before("2024-03-10"))
    facts_of(stored)
    plain, stored = grown(tmp_path, before("2024-03-12").assign(quantity=2.0))
    progress = RecordedProgress()
    assert facts_of(stored, progress) == facts_of(plain)
    assert "had other columns or types then (quantity" in progress.lines[0]


def test_a_damaged_store_is_made_anew(tmp_path):
    _, stored = grown(tmp_path, before("2024-03-10"))
    seen = facts_of(stored)
    book = tmp_path / "book"
    victim = min((book / "orders").iterdir())
    manifest = book / "manifest.json"
    damages = {
        "is missing": victim.unlink,
        "was changed": lambda: victim.write_bytes(victim.read_bytes() + b"!"),
        "nothing is stored yet": manifest.unlink,
        "cannot be read": lambda: manifest.write_bytes(manifest.read_bytes()[:100]),
    }
    for reason, damage in damages.items():
        damage()
        progress = RecordedProgress()
        assert facts_of(stored, progress) == seen
        assert reason in progress.lines[0]


def test_an_order_dated_years_ahead_does_not_close_the_days_before_as_of(tmp_path):
    typo = orders(("c1", "ox", pd.Timestamp("2031-01-01"), 1.0, None, None), columns=COLUMNS)
    frame = pd.concat([before("2024-03-10"), typo.astype({"ordered_at": "datetime64[us]"})])
    _, stored = grown(tmp_path, frame)
    for _ in range(2):
        with open_history(stored, "2024-03-10") as history:
            assert history.base.transactions.to_pandas()["ordered_at"].max().year == 2031
    kept = history.base.counted
    assert kept is not None
    assert kept.until == dt.date(2024, 3, 6)


def test_without_a_day_named_an_order_dated_years_ahead_closes_no_days_and_is_refused(tmp_path):
    (day,) = [("c1", "ox", pd.Timestamp("2031-01-01"), 1.0, None, None)]
    typo = orders(day, columns=COLUMNS).astype({"ordered_at": "datetime64[us]"})
    many = pd.concat([before("2024-03-10")] * 60)
    plain, stored = grown(tmp_path, pd.concat([many, typo]))
    for config in (plain, stored, stored):
        message = r"from 2031-01-01 to 2031-01-01, .* --as-of"
        with open_history(config) as history, pytest.raises(InputError, match=message):
            _ = history.day
        with open_history(config, "2024-03-10") as history:
            assert history.day == dt.date(2024, 3, 10)
    kept = history.base.counted
    assert kept is not None
    assert kept.until < dt.date(2024, 3, 10)


def test_csv_and_times_as_text_are_read_from_the_day_on_too(tmp_path):
    for day in ("2024-03-10", "2024-03-12"):
        path = tmp_path / "orders.csv"
        text = before(day).assign(ordered_at=before(day)["ordered_at"].astype(str))
        text.loc[text.index[4], "ordered_at"] = "soon"
        text.to_csv(path, index=False)
        plain = Config.model_validate(
            {"name": "shop", "sources": {"transactions": {"path": str(path)}}}
        )
        stored = with_store(plain, tmp_path / "book")
        assert facts_of(stored) == facts_of(plain)
    with open_history(stored) as history:
        assert not history.notes
        assert history.base.counted is not None


@pytest.mark.parametrize("kind", ["timestamptz", "text"])
def test_a_database_is_asked_for_the_new_rows_alone(tmp_path, postgres_url, kind):
    table = f"daily_{kind}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            f"create table {table} (customer_id bigint, ordered_at {kind}, amount real)"
        )
        connection.execute("set time zone 'UTC'")
        fill = (
            f"insert into {table} select n %% 5, (timestamp '2024-01-01' + n * interval '1 day')"
            f"::{kind}, n from generate_series(%s::int, %s::int) as n"
        )
        connection.execute(fill, (1, 60))
        source = {"connection": postgres_url, "table": table}
        plain = Config.model_validate({"name": "shop", "sources": {"transactions": source}})
        stored = with_store(plain, tmp_path / "book")
        facts_of(stored)
        connection.execute(fill, (61, 62))
        with open_history(stored) as history:
            assert facts(history) == facts_of(plain)
            assert history.base.transactions.count().execute() == 16  # 14 days, then 2 more
            assert not history.notes
        connection.execute(f"drop table {table}")


def test_check_finds_the_same_with_a_store(tmp_path):
    day = "2024-03-05"
    for until in ("2024-03-01", "2024-03-10"):
        plain, stored = grown(tmp_path, before(until))
        assert check(stored, day) == check(plain, day)
    put_aside = Path(stored.output.path) / "check" / "quarantine" / "transactions.parquet"
    assert len(pd.read_parquet(put_aside)) == 2


SAMPLES = {
    "cdnow": ("date", "customer_id", 7),
    "complete_journey": ("transaction_timestamp", "household_id", 1),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.usefixtures("samples")
def test_features_are_the_same_byte_for_byte_after_days_or_weeks(name, root, tmp_path):
    time, customer, step = SAMPLES[name]
    config = load_config(root / "pipelines" / f"{name}.yaml").model_dump()
    lines = pd.read_parquet(sample_path(f"sample://{name}/transactions.parquet"))
    lines = lines[lines[customer] % 12 == 0]
    config["sources"] = {"transactions": config["sources"]["transactions"]}
    config["sources"]["transactions"]["path"] = str(tmp_path / "lines.parquet")
    plain = Config.model_validate(config)
    stored = with_store(plain, tmp_path / "book")
    times = pd.to_datetime(lines[time])
    last = times.max().normalize()
    for back in (3 * step, 2 * step, step, 0):
        lines[times < last - pd.Timedelta(days=back)].to_parquet(tmp_path / "lines.parquet")
        with open_history(stored):
            pass
    kept = features(stored, output=tmp_path / "stored.parquet").read_bytes()
    assert kept == features(plain, output=tmp_path / "plain.parquet").read_bytes()
    with open_history(stored) as history:
        assert history.base.counted is not None


def test_scores_are_the_same_byte_for_byte(text_ids, tmp_path):
    stored = with_store(text_ids.config, tmp_path / "book")
    with open_history(stored, text_ids.scored.as_of):
        pass
    progress = RecordedProgress()
    scored = score(stored, text_ids.scored.as_of, output=tmp_path / "out", progress=progress)
    assert column_bytes(read_parts(scored.folder)) == column_bytes(text_ids.scores)
    assert "are stored" in progress.lines[0]


def test_spark_is_refused(tmp_path):
    config = write_base(tmp_path, {"transactions": before("2024-01-10")}, engine="local-spark")
    with pytest.raises(ValueError, match=r"works with `engine: duckdb` alone, .* 'local-spark'"):
        with_store(config, tmp_path / "book")


def test_a_day_that_is_none_is_refused(tmp_path):
    _, stored = grown(tmp_path, before("2024-01-10"))
    message = r"as_of must be after the first order \(.*\), but got as_of=2023-01-01"
    with pytest.raises(InputError, match=message), open_history(stored, "2023-01-01"):
        pass
    with pytest.raises(InputError, match="as_of must be a date"), open_history(stored, "soon"):
        pass
