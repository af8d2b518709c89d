"""Bases in which nobody leaves, or everybody: all but who leaves is still learnt."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from bases import orders, write_base
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.scoring.score import score
from tiercast.training.stored import CARD
from tiercast.training.train import train
from trained_base import working_in

AS_OF = dt.date(2024, 6, 1)


def weekly(customers=40):
    """Return customers who order every week, each for an amount of their own."""
    days = [AS_OF - dt.timedelta(days=7 * week + 1) for week in range(21)]
    return [(n, str(day), 10.0 + n) for n in range(customers) for day in days]


def once():
    """Return customers who order once and never again, two new ones a day."""
    return [(n, str(AS_OF - dt.timedelta(days=1 + n // 2)), 10.0 + n % 7) for n in range(300)]


@pytest.fixture(scope="module", params=[weekly, once])
def scored(request, tmp_path_factory):
    """Train and score a base; return its kind, scores, manifest, training and notes."""
    folder = tmp_path_factory.mktemp(request.param.__name__)
    settings = {"outlook": {"horizon_days": 21}, "train": {"trials": 0, "snapshots": 3}}
    with working_in(folder):
        tables = {"transactions": orders(*request.param())}
        config = write_base(folder / "data", tables, **settings)
        done = train(config, AS_OF)
        notes = score(config, AS_OF).notes
        place = OutputFolder(folder / config.output.path).scores(AS_OF)
        rows = pd.concat(map(pd.read_parquet, sorted(place.glob("part-*.parquet"))))
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        card = (done.evaluation_folder / CARD).read_text(encoding="utf-8")
    return request.param, rows, manifest, card, notes


def test_everyone_has_the_same_chance_close_to_certain(scored):
    kind, rows, manifest, _, _ = scored
    told = manifest["certainty"]
    assert rows["churn_probability"].nunique() == 1
    left = 0.5 / (told["rows"] + 1)
    expected = left if kind is weekly else 1 - left
    assert rows["churn_probability"].iloc[0] == pytest.approx(expected)
    assert told["everybody"] == (kind is weekly)


def test_value_and_tiers_are_told_all_the_same(scored):
    kind, rows, _, _, _ = scored
    if kind is once:
        assert set(rows["tier"]) == {"dormant"}
        assert {tuple(one) for one in rows["tier_set"]} == {("dormant",)}
        assert rows["expected_value"].sum() < 0.01
        return
    by_value = rows.sort_values("customer_id")
    paid = 3 * (10.0 + by_value["customer_id"].to_numpy())  # of three weeks
    assert by_value["expected_value"].sum() == pytest.approx(paid.sum(), rel=0.15)
    assert np.corrcoef(by_value["expected_value"], paid)[0, 1] > 0.95
    assert set(rows["tier"]) == {"top", "potential", "general"}


def test_segments_and_rfm_are_told_all_the_same(scored):
    _, rows, _, _, _ = scored
    assert rows[["rfm_segment", "segment", "lifecycle_stage"]].notna().all(axis=None)
    assert rows["m_score"].nunique() > 1


def test_manifest_card_and_notes_say_that_churn_is_certain(scored):
    kind, _, manifest, card, notes = scored
    said = f"t all past cutoffs ({manifest['certainty']['rows']:,} rows) "
    said += "everybody ordered" if kind is weekly else "nobody ordered"
    assert said in manifest["certainty"]["text"]
    assert any(said in note for note in notes)
    assert f"## Churn is certain\n\nA{said}" in card
