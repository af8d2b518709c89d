"""`tiercast backtest` of a label table: nested cross-validation, tiercast beside other models.

Each fold is forecast by models that saw the other folds alone: tiercast tunes, weighs and levels
by folds of its own within them. Folds are other customers of the same day, not a later day.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tiercast.arrays import FloatArray
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json
from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.record import SUMMARY, mean_metrics
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.modeling.bootstrap import MetricComparison, compare_metrics, verdict
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.evaluation import ForecastTable, evaluate
from tiercast.modeling.folds import CUSTOMER_FOLDS, stratified_folds
from tiercast.modeling.metrics import METRICS
from tiercast.modeling.target import Target
from tiercast.readiness.finding_text import refuse_unless_ready
from tiercast.readiness.judgement import judge_with
from tiercast.readiness.label_facts import LabelTableFacts
from tiercast.readiness.label_rules import LABEL_RULES
from tiercast.sinks.recorded_run import RecordedRun
from tiercast.tracking.runs import training_run
from tiercast.training.label_fitting import fit_labels, worth_of
from tiercast.training.label_panel import LabelPanel

BASE_RATE = "base_rate"
CHURN_METRICS = tuple(metric for metric in METRICS if metric.kind == "churn")
Learner = Callable[[pd.DataFrame, pd.DataFrame, int], FloatArray]  # known, test, seed: churn


@dataclass(frozen=True)
class LabelBacktest:
    """Forecasts of the customers of each fold, judged.

    `by_fold` has a row per fold and contender, `leaderboard` their means, `verdicts` a row per
    metric against the best other model: ours, theirs, difference, low and high (95 %), verdict.
    """

    name: str
    as_of: dt.date
    target: Target
    trials: int
    seed: int
    customers: int
    by_fold: pd.DataFrame
    leaderboard: pd.DataFrame
    verdicts: pd.DataFrame
    folder: Path


def backtest_labels(
    config: Config,
    as_of: dt.date | str | None,
    folds: int | None,
    recorded: RecordedRun,
    progress: Progress,
) -> LabelBacktest:
    """Forecast each fold of a label table by models that did not see it, and write the tables.

    Raises
    ------
    InputError
        The table or the day cannot be used, or the table is not ready.
    """
    progress.stage("read and check the data")
    with open_history(config, as_of, progress) as history:
        panel, day = LabelPanel.of(history.base, history.day), history.day
        recorded.claim(day)
        facts = LabelTableFacts.of(history.base, panel.rows, day)
        refuse_unless_ready(judge_with(LABEL_RULES, facts, day))
    tables = _forecasts(panel, config, folds or CUSTOMER_FOLDS, progress)
    progress.stage("evaluate the forecasts")
    by_fold = pd.DataFrame(
        {"fold": number, "contender": name, "customers": table.customers}
        | evaluate(table, CHURN_METRICS)
        for number, fold in enumerate(tables, start=1)
        for name, table in fold.items()
    )
    board = by_fold.drop(columns=["fold", "customers"]).groupby("contender", sort=False).mean()
    found = LabelBacktest(
        config.name,
        day,
        Target.of_config(config),
        config.train.trials,
        config.train.seed,
        len(panel.rows),
        by_fold,
        board.reset_index(),
        _verdicts(tables, board, config.train.seed),
        OutputFolder.of(config).backtest(day),
    )
    progress.stage("write the tables and record them in MLflow")
    _write(found)
    _log(config, found)
    return found


def _forecasts(
    panel: LabelPanel, config: Config, count: int, progress: Progress
) -> list[Mapping[str, ForecastTable]]:
    rows, seed = panel.rows, config.train.seed
    folds = stratified_folds(rows["ordered"], rows["customer_id"], count)
    progress.stage("forecast customers that the models did not see", count)
    found: list[Mapping[str, ForecastTable]] = []
    for fold in folds:
        known, test = fold.rows(rows)
        part = replace(panel, rows=known.reset_index(drop=True))
        model = fit_labels(part, config, Silent()).model
        ours = model.score_rows(test)["churn_probability"].to_numpy()
        seen, unseen = part.learned, replace(panel, rows=test).learned
        churn = {TIERCAST: ours} | {n: one(seen, unseen, seed) for n, one in LEARNERS.items()}
        worth = worth_of(test, panel.value_feature)
        found.append({name: _table(test, risk, worth) for name, risk in churn.items()})
        progress.step(Message.of("fold {number}", number=fold.number))
    return found


def _table(test: pd.DataFrame, churn: FloatArray, worth: FloatArray) -> ForecastTable:
    left = 1.0 - test["ordered"].to_numpy(dtype=float)
    return ForecastTable(left, test["value"].to_numpy(dtype=float), churn, (1 - churn) * worth)


def by_base_rate(known: pd.DataFrame, test: pd.DataFrame, _seed: int) -> FloatArray:
    """Return the share of leavers for everybody, (n,)."""
    return np.full(len(test), 1.0 - float(known["ordered"].mean()))


def by_logistic_regression(known: pd.DataFrame, test: pd.DataFrame, _seed: int) -> FloatArray:
    """Return the chance to leave by a plain logistic regression, (n,)."""
    design = DesignMatrix.fit(known)
    model = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    ).fit(design.transform(known), known["ordered"].to_numpy(dtype=bool))
    return 1.0 - np.asarray(model.predict_proba(design.transform(test))[:, 1], dtype=float)


def by_lightgbm(known: pd.DataFrame, test: pd.DataFrame, seed: int) -> FloatArray:
    """Return the chance to leave by LightGBM's classifier with its default settings, (n,)."""
    design = DesignMatrix.fit(known)
    fixed = {"random_state": seed, "deterministic": True, "verbose": -1, "force_row_wise": True}
    model = LGBMClassifier(**fixed)
    model.fit(design.transform(known), known["ordered"].to_numpy(dtype=bool))
    return 1.0 - np.asarray(model.booster_.predict(design.transform(test)), dtype=float)


LEARNERS: Mapping[str, Learner] = {
    "logistic": by_logistic_regression,
    "lightgbm": by_lightgbm,
    BASE_RATE: by_base_rate,
}


def _verdicts(
    tables: Sequence[Mapping[str, ForecastTable]], board: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Compare with the best other model by each metric; a base rate is calibrated by itself."""
    others = board.drop(index=[TIERCAST, BASE_RATE])
    pairs = [
        MetricComparison(metric, TIERCAST, str(best))
        for metric in CHURN_METRICS
        if others[metric.name].notna().any()
        for best in [
            others[metric.name].idxmax()
            if metric.bigger_is_better
            else others[metric.name].idxmin()
        ]
    ]
    found = compare_metrics(pairs, tables, seed)
    found.insert(0, "metric", [one.metric.name for one in pairs])
    found.insert(1, "other", [one.theirs for one in pairs])
    found["verdict"] = [
        verdict(one.metric, low, high)
        for one, low, high in zip(pairs, found["low"], found["high"], strict=True)
    ]
    return found


def _summary(found: LabelBacktest) -> Mapping[str, object]:
    return {
        "name": found.name,
        "as_of": found.as_of,
        **found.target.to_record(),
        "trials": found.trials,
        "seed": found.seed,
        "customers": found.customers,
        "folds": int(found.by_fold["fold"].nunique()),
        "metrics": found.leaderboard.set_index("contender").to_dict("index"),
    }


def _write(found: LabelBacktest) -> None:
    with staged_folder(found.folder) as aside, writing(found.folder):
        for name in ("by_fold", "leaderboard", "verdicts"):
            getattr(found, name).to_parquet(aside / f"{name}.parquet", index=False)
        (aside / SUMMARY).write_text(to_json(_summary(found)), encoding="utf-8")


def _log(config: Config, found: LabelBacktest) -> None:
    params = {"as_of": found.as_of, "backtest.folds": int(found.by_fold["fold"].nunique())}
    tags = {"as_of": found.as_of}
    with training_run(config, name=f"backtest {found.as_of}", params=params, tags=tags) as run:
        run.log_metrics(mean_metrics(found.leaderboard.assign(origins=1)))
        for table in ("by_fold", "leaderboard", "verdicts"):
            run.log_table(getattr(found, table), f"{table}.json")
        run.log_dict(_summary(found), SUMMARY)
