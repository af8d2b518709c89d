import datetime as dt
from pathlib import Path

import pytest

from bases import opened
from shop import shop
from tiercast.config.progress import Silent
from tiercast.snapshots.activity import build_activity
from tiercast.tracking.registry import load_version
from tiercast.tracking.store import open_client
from tiercast.training.fitting import fit_model
from tiercast.training.gate import GateDecision
from tiercast.training.learning_curve import LearningCurve
from tiercast.training.model_card import model_card
from tiercast.training.panel import build_panel

UNTOLD = LearningCurve((), ())


def card_of(base):
    return (base.trained.evaluation_folder / "model_card.md").read_text(encoding="utf-8")


def section(card, title):
    return card.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_card_says_what_the_model_answers_and_learnt_from(tenth):
    card = card_of(tenth)
    assert card.startswith("# tenth, trained as of 1998-04-01\n")
    assert "the chance of no order within 90 days, the revenue within them" in card
    assert "(top, potential, general, dormant)" in card
    assert f"Trained on {tenth.trained.sample}." in card


def test_the_card_shows_each_past_forecast(tenth):
    table = section(card_of(tenth), "Evaluation")
    assert "Judged on later, unseen window" in table
    assert "| forecast made on | 1998-01-01 | 1997-12-02 |" in table
    aucs = [f"{metrics['auc']:.3f}" for metrics in tenth.trained.by_cutoff.values()]
    assert f"| AUC (who leaves) | {' | '.join(aucs)} |" in table
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {4}


def test_the_card_names_the_segments_and_what_is_looked_at(tenth):
    card = card_of(tenth)
    for name in set(tenth.scores["segment"].to_pylist()):
        assert f"| {name} | " in section(card, "Segments")
    assert section(card, "Segments").count("(chosen)") == 1
    looked_at = section(card, "Feature importance")
    assert looked_at.count("| `") == 10
    assert "%" in looked_at


def test_the_card_tells_the_gate_s_decision_and_the_limits(tenth):
    card = card_of(tenth)
    assert "promoted: it is the first model." in section(card, "Gate")
    assert "not what a campaign would change" in section(card, "Limits")
    assert "cutoffs lie before the history" not in card


def test_the_card_tells_the_season_the_blend_and_the_level_s_doubt(tenth):
    told = section(card_of(tenth), "Level and season")
    model = load_version(tenth.config, "1")
    outlook = model.outlook
    assert told.strip().startswith(model.facts.season)
    trees, linear, btyd = outlook.ensemble.weights
    assert f"trees {trees:.0%}, linear {linear:.0%}, btyd {btyd:.0%}." in told
    chance, total = outlook.ensemble.btyd_chance, outlook.ensemble.btyd_total
    assert f"weight of {chance:.0%} for the share of buyers and {total:.0%} for the total" in told
    assert f"log odds of an order by {outlook.calibration.shift:+.3f} " in told
    low, high = outlook.total_uncertainty.interval(1.0, 0.0)
    assert f"from {low - 1:+.0%} to {high - 1:+.0%} (90 % interval)" in told


def test_the_card_says_whether_more_data_would_help(tenth):
    told = section(card_of(tenth), "Would more data help?")
    assert "the last step saved" in told
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert rows[0] == "| customers | past cutoffs | AUC | log loss |"
    assert len(rows) > 4


def test_the_card_shows_money_with_two_digits(tenth):
    told = section(card_of(tenth), "Level and season").rpartition("cut at ")[2]
    cuts = load_version(tenth.config, "1").outlook.tier_cuts
    assert told.strip() == ", ".join(f"{cut:,.2f}" for cut in cuts) + "."
    assert cuts[0] > cuts[1] > 0


def test_the_card_is_what_mlflow_keeps(tenth, tmp_path):
    kept = open_client().download_artifacts(tenth.trained.run_id, "model_card.md", str(tmp_path))
    assert Path(kept).read_text(encoding="utf-8") == card_of(tenth)


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Return a config, a panel of one cutoff where four were wanted, and what was learnt of it."""
    tables = {"transactions": shop(customers=60)["transactions"].iloc[::3]}
    train = {"snapshots": 4, "every_days": 250, "trials": 0}
    settings = {"outlook": {"horizon_days": 30}, "train": train}
    with opened(tmp_path_factory.mktemp("shop"), tables, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = build_panel(base, activity, dt.date(2023, 9, 1))
    return panel, base.config, fit_model(panel, base.config, None, Silent())


def test_a_comparison_is_told_with_its_figures(short):
    compared = GateDecision(
        "kept",
        "not better than the champion beyond chance",
        "3",
        dt.date(2024, 1, 1),
        "log_loss",
        -0.001234,
        -0.003,
        0.0005,
        {
            f"{who}_{name}": value
            for who, values in (("challenger", (0.41, 0.05, 0.9)), ("champion", (0.42, 0.1, 0.88)))
            for name, value in zip(
                ("log_loss", "total_error", "interval_coverage"), values, strict=True
            )
        },
        "as deployed",
    )
    panel, config, fitted = short
    told = section(model_card(panel, config, fitted, compared, UNTOLD), "Gate")
    assert "kept: not better than the champion beyond chance. log_loss against version 3" in told
    assert "on 2024-01-01: -0.00123 (95 % interval -0.00300 to +0.00050)." in told
    assert "The champion's forecasts are as deployed." in told
    assert "| total_error | 0.0500 | 0.1000 |" in told


def test_cutoffs_that_history_did_not_reach_are_told(short):
    panel, config, fitted = short
    first = GateDecision("promoted", "it is the first model")
    card = model_card(panel, config, fitted, first, UNTOLD)
    assert "3 of 4 cutoffs lie before the history begins." in card
    assert "Judged on same window, unseen customers" in card
    assert section(card, "Would more data help?").strip() == "The history is too short to say."
    assert "The season ahead is not known: the horizon's season is unknown" in card
