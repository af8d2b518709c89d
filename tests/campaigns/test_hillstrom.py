"""The published experiment: an e-mail test of 64,000 customers, three arms."""

import pytest

from tiercast.campaigns.measure import experiment_measure
from tiercast.config.loading import load_config
from trained_base import working_in


@pytest.fixture(scope="module")
def found(root, shared_data, tmp_path_factory):
    config = load_config(root / "pipelines" / "hillstrom.yaml")
    here = {"people": str(shared_data / "hillstrom" / "table.parquet")}
    sources = {
        name: source.model_copy(update={"files": here}) for name, source in config.sources.items()
    }
    with working_in(tmp_path_factory.mktemp("hillstrom")):
        return experiment_measure(config.model_copy(update={"sources": sources}), "e-mail")


def test_the_published_means_come_out(found):
    every = found.means[found.means["arm"].isna()].set_index("outcome")
    assert set(every["n"]) == {64_000}
    means = every["mean"].round(5).to_dict()
    assert means == {"visit": 0.14678, "conversion": 0.00903, "spend": 1.05091}


def test_each_e_mail_brings_visits_and_money(found):
    effects = found.frame().set_index(["arm", "outcome"])
    assert found.control == "No E-Mail"
    assert effects.loc[("Mens E-Mail", "visit"), "effect"] == pytest.approx(0.07659, abs=1e-5)
    assert effects.loc[("Womens E-Mail", "spend"), "effect"] == pytest.approx(0.42441, abs=1e-5)
    assert (effects["adjusted"] < 0.01).all()
    assert (effects["adjusted"] >= effects["p"]).all()


def test_without_orders_no_covariate_narrows_anything_and_that_is_told(found):
    assert found.covariate is None
    assert "no orders" in found.notes[0]
