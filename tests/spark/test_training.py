"""Training and scoring on the cluster, two horizons ahead, as on one machine."""

import pytest

from bases import write_base
from shop import CUTOFFS, shop
from spark_bases import assert_equal_rows
from tiercast.scoring.score import score
from tiercast.training import panel as panel_module
from tiercast.training.train import train
from trained_base import read_parts, working_in

FURTHER = {f"{name}_30d" for name in ("churn_probability", "expected_value")}


@pytest.fixture(scope="module")
def both(cluster, tmp_path_factory):
    """Return what training answered, and the scores, from one machine and from the cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panel_module, "MAX_PANEL_ROWS", 400)
        return [
            _trained_and_scored(tmp_path_factory.mktemp("training"), engine)
            for engine in ("duckdb", cluster.url)
        ]


def _trained_and_scored(folder, engine):
    settings = {"train": {"trials": 0, "snapshots": 3}, "outlook": {"horizon_days": [90, 30]}}
    tables = {"transactions": shop(customers=200)["transactions"]}
    with working_in(folder):
        config = write_base(folder / "data", tables, engine=engine, name="shop", **settings)
        trained = train(config, CUTOFFS[-1], force=True)
        scored = score(config, CUTOFFS[-1])
        return trained, read_parts(scored.folder).sort_by("customer_id")


def test_a_training_takes_the_same_sample_to_one_machine(both):
    (here, _), (there, _) = both
    assert "a stratified" in there.sample
    assert there.sample == here.sample
    assert there.metrics == pytest.approx(dict(here.metrics), rel=1e-6)


def test_every_column_of_both_horizons_is_that_of_one_machine(both):
    (_, here), (_, there) = both
    assert set(here.column_names) >= FURTHER
    assert_equal_rows(there.drop(["run_id"]), here.drop(["run_id"]))
