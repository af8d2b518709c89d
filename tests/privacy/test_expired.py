"""Results are removed once they are older than `retention` allows, and not before."""

import shutil

import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.privacy.expired import expire
from trained_base import SHOP_DAY


@pytest.fixture
def old(shop):
    """Return the shop with results of a day two years before the newest."""
    for kind in ("scores", "features", "exports", "lists"):
        folder = shop.output / kind
        shutil.copytree(folder / f"as_of={SHOP_DAY}", folder / "as_of=2022-07-01")
    return shop


def with_retention(shop, **days):
    retention = shop.config.retention.model_copy(update=days)
    return shop.config.model_copy(update={"retention": retention})


def test_days_older_than_allowed_go_and_younger_ones_stay(old):
    removed = {one.place: one.removed for one in expire(with_retention(old, scores=365))}
    assert removed["scores"] >= 2
    days = OutputFolder.of(old.config).scored_dates()
    assert SHOP_DAY in days
    assert all(day.year == 2024 for day in days)
    assert not (old.output / "features" / "as_of=2022-07-01").exists()
    assert (old.output / "exports" / "as_of=2022-07-01").exists()


def test_exports_go_with_their_lists(old):
    expire(with_retention(old, exports=30))
    assert not (old.output / "exports" / "as_of=2022-07-01").exists()
    assert not (old.output / "lists" / "as_of=2022-07-01").exists()
    assert (old.output / "scores" / "as_of=2022-07-01").exists()


def test_quarantined_rows_count_from_the_last_day_of_their_data(old):
    shutil.copytree(
        old.output / "scores" / f"as_of={SHOP_DAY}", old.output / "scores/as_of=2026-07-01"
    )
    expire(with_retention(old, quarantine=90))
    assert not (old.output / "check" / "data_report.json").exists()
    assert (old.output / "reports").exists()


def test_without_retention_nothing_is_removed(old):
    with pytest.raises(InputError, match="does not say for how long"):
        expire(old.config)
    assert (old.output / "scores" / "as_of=2022-07-01").exists()
