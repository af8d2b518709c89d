"""Two real versions of a model, and two days that they scored."""

import dataclasses
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from tiercast.artifacts.model_folder import save_model
from tiercast.modeling.assignment import by_rank, most_probable, ranked
from tiercast.tracking.registry import register
from tiercast.tracking.runs import training_run
from tiercast.transitions.migration import migration
from tiny_model import tiny_config, tiny_features, tiny_model

FIRST, LAST = dt.date(2024, 7, 1), dt.date(2024, 10, 1)
CUSTOMERS = 300
CAUSES = ["behaviour", "model", "threshold", "hysteresis", "unsplit"]


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory):
    """A working directory with two versions in its store, the second cutting tiers elsewhere."""
    folder = tmp_path_factory.mktemp("two versions")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(folder)
        for model in models():
            save_model(model, folder / "model")
            with training_run(tiny_config(), name="train") as run:
                register(run, folder / "model", tiny_config(), tiny_features())
    return folder


@pytest.fixture
def here(store_folder, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(store_folder)


def models(assign="matched"):
    old, new = tiny_model(seed=0), tiny_model(seed=1)
    outlook = dataclasses.replace(new.outlook, tier_cuts=(60.0, 30.0))
    return [
        dataclasses.replace(
            model, facts=model.facts.model_copy(update={"assign": assign}), outlook=looks
        )
        for model, looks in ((old, old.outlook), (new, outlook))
    ]


def keep(output, day, model, version, features, assign="matched"):
    """Write what a scoring of the whole base by a version leaves, in two parts."""
    full = model.with_clv(features.assign(as_of=day))
    scored = model.score_rows(full)
    ranks = assigned(model, scored, assign)
    names = model.facts.tier_names
    chances = [dict(zip(names, row, strict=True)) for row in model.tier_matrix(scored).tolist()]
    scores = scored[["customer_id", "as_of", "segment", "expected_value"]].assign(
        tier=np.array(names)[ranks], tier_probabilities=chances
    )
    told = {
        "assign": assign,
        **model.facts.target.to_record(),
        "model": {"version": version},
        "tiers": {name: int((ranks == rank).sum()) for rank, name in enumerate(names)},
        "tier_cuts": list(model.outlook.tier_cuts),
    }
    for kind, rows in (("scores", scores), ("features", full)):
        folder = output / kind / f"as_of={day}"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
        for part, half in enumerate((rows[:100], rows[100:])):
            half.to_parquet(folder / f"part-{part:05d}.parquet", index=False)
    return scored, ranks


def config_of(output):
    told = tiny_config().output.model_copy(update={"path": str(output)})
    return tiny_config().model_copy(update={"output": told})


def assigned(model, scored, assign):
    return (
        model.assign(scored) if assign == "matched" else most_probable(model.tier_matrix(scored))
    )


def moved(tmp_path, assign):
    """Return each customer's causes, and what both versions say on both days."""
    old, new = models(assign)
    before, after = tiny_features(CUSTOMERS, seed=3), tiny_features(CUSTOMERS, seed=4)
    then, then_ranks = keep(tmp_path, FIRST, old, "1", before, assign)
    now, now_ranks = keep(tmp_path, LAST, new, "2", after, assign)
    asked = old.score_rows(old.with_clv(after.assign(as_of=LAST)))
    result = migration(config_of(tmp_path))
    rows = pd.read_parquet(result.folder / "customers.parquet").set_index("customer_id")
    return result, rows, (then, then_ranks), (now, now_ranks), asked


def ranks_by(boundary_rows, sizes, rows):
    """Return the tiers of rows by where tiers of these sizes end among other rows."""
    order = boundary_rows.sort_values(["expected_value", "customer_id"], ascending=[False, True])
    ends = order.iloc[np.cumsum(sizes)[:-1] - 1]
    return sum(
        (rows["expected_value"] < end.expected_value).astype(int).to_numpy()
        for end in ends.itertuples()
    )


def test_each_cause_is_one_step_of_the_way_from_old_to_new(here, tmp_path):
    result, rows, (then, before), (now, after), asked = moved(tmp_path, "matched")
    sizes = np.bincount(before, minlength=4)
    assert (
        by_rank(ranked(then["expected_value"].to_numpy(), then["customer_id"].to_numpy()), sizes)
        == before
    ).all()
    by_old, by_new = ranks_by(then, sizes, asked), ranks_by(then, sizes, now)
    expected = {
        "behaviour": before - by_old,
        "model": by_old - by_new,
        "threshold": by_new - after,
    }
    for cause, steps in expected.items():
        assert rows[cause].tolist() == steps.tolist(), cause
        assert np.count_nonzero(steps), cause
    assert (rows[CAUSES].sum(axis=1) == rows["steps"]).all()
    assert (rows["steps"].to_numpy() == before - after).all()
    assert any("Model version 2 scored the later day" in note for note in result.notes)


def test_of_the_likeliest_tier_the_threshold_is_the_cuts(here, tmp_path):
    _, rows, (_, before), (_, after), asked = moved(tmp_path, "most_probable")
    old, new = models("most_probable")
    by_old = most_probable(old.tier_matrix(asked))
    later = new.with_clv(tiny_features(CUSTOMERS, seed=4).assign(as_of=LAST))
    chances = new.outlook.predict(later).tier_probabilities(old.outlook.tier_cuts)
    by_new = most_probable(chances)
    assert rows["behaviour"].tolist() == (before - by_old).tolist()
    assert rows["model"].tolist() == (by_old - by_new).tolist()
    assert rows["threshold"].tolist() == (by_new - after).tolist()
    assert (rows[CAUSES].sum(axis=1) == rows["steps"]).all()


def test_where_the_old_model_cannot_be_asked_both_are_one(here, tmp_path):
    old, new = models()
    features = tiny_features(CUSTOMERS, seed=3)
    keep(tmp_path, FIRST, old, "1", features)
    keep(tmp_path, LAST, new, "2", tiny_features(CUSTOMERS, seed=4))
    for part in (tmp_path / "features" / f"as_of={LAST}").glob("*.parquet"):
        pd.read_parquet(part).drop(columns="gap_last_days").to_parquet(part, index=False)
    result = migration(config_of(tmp_path))
    rows = pd.read_parquet(result.folder / "customers.parquet")
    assert not rows[["behaviour", "model"]].any(axis=None)
    assert rows["unsplit"].any()
    assert (rows[CAUSES].sum(axis=1) == rows["steps"]).all()
    assert "the later features lack gap_last_days" in result.notes[0]


def test_a_version_that_is_gone_leaves_both_as_one(here, tmp_path):
    old, new = models()
    keep(tmp_path, FIRST, old, "9", tiny_features(CUSTOMERS, seed=3))
    keep(tmp_path, LAST, new, "2", tiny_features(CUSTOMERS, seed=4))
    assert "has no model version '9'" in migration(config_of(tmp_path)).notes[0]
