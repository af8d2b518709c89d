"""The model card of a label table: target, data, evaluation by folds, limits."""

from tiercast.config.schema import Config
from tiercast.config.text_table import markdown_table
from tiercast.fairness.result import Fairness
from tiercast.training.fairness import fairness_text
from tiercast.training.fitting import gain_shares
from tiercast.training.gate import GateDecision
from tiercast.training.label_fitting import FittedLabels
from tiercast.training.label_panel import LabelPanel
from tiercast.training.model_card import features_part, gate_part, limits_part, metric_rows

LIMITS = (
    "The table is a cross-section: what is known and the outcome are of the same day. Folds are "
    "other customers of that day, not a later day, so the figures are optimistic about the "
    "future.",
    "A column that is known only after a customer left copies the label; `tiercast check` warns "
    "of a column that alone predicts nearly everything.",
    "Past scores cannot be replayed (`verify`) or graded (`monitor`): nothing in the table says "
    "when anything happened.",
    "It predicts what happens if you go on as before, not what a campaign would change.",
)


def label_card(
    panel: LabelPanel,
    config: Config,
    fitted: FittedLabels,
    decision: GateDecision,
    fairness: Fairness | None = None,
) -> str:
    """Return the card as Markdown."""
    learners = fitted.model.outlook.learners
    return "\n".join(
        (
            _head(panel, config, fitted),
            _quality(fitted),
            _level(fitted),
            features_part(gain_shares(learners.order, learners.design.features)),
            fairness_text(fairness),
            gate_part(decision),
            limits_part(LIMITS),
        )
    )


def _head(panel: LabelPanel, config: Config, fitted: FittedLabels) -> str:
    worth = fitted.model.facts.value_feature
    value = (
        f"the expected value (`{worth}` times the chance to stay), the tier"
        if worth
        else "the risk band"
    )
    return (
        f"# {config.name}, trained on the table of {panel.as_of}\n\n"
        f"Predicts, for every customer: the chance that the label is `{fitted.model.facts.outcome}"
        f"`, {value} ({', '.join(config.tiers.names)}) and how sure each is.\n\n"
        f"Trained on {panel.describe()}.\n"
    )


def _quality(fitted: FittedLabels) -> str:
    record = fitted.evaluation.by_cutoff
    rows = metric_rows([*record.values(), fitted.evaluation.overall])
    table = markdown_table(("fold", *record, "mean"), rows)
    return (
        "## Evaluation\n\nCross-validation in stratified folds: each fold is forecast by models "
        "fitted to the others, with weights and level from the others. Nothing is resampled. A "
        "value is 0 or all of it, so an interval of 90 % mostly holds more.\n\n"
        f"{table}\n"
    )


def _level(fitted: FittedLabels) -> str:
    outlook = fitted.model.outlook
    trees, linear = outlook.ensemble.weights
    cuts = ", ".join(f"{cut:,.2f}" for cut in outlook.tier_cuts) or "none: there is no value"
    return (
        f"## Level\n\nEnsemble weights: trees {trees:.0%}, linear {linear:.0%}. The calibration "
        f"shifts the log odds of staying by {outlook.ensemble.calibration.shift:+.3f}. Tiers are "
        f"cut at {cuts}.\n"
    )
