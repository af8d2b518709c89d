"""Checks that a base still has what a model was trained with."""

from collections.abc import Mapping

from tiercast.config.errors import InputError
from tiercast.config.plugins import versions_of
from tiercast.config.schema import Config
from tiercast.features.assemble import profile_columns
from tiercast.features.registry import features_for
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.model_facts import ModelFacts, further_settings, setting_text
from tiercast.snapshots.activity import CustomerActivity

EXAMPLES = 5


def check_requirements(model: CustomerModel, activity: CustomerActivity) -> None:
    """Refuse a base that lacks columns or tables that the model was trained with.

    Raises
    ------
    InputError
        A profile column or a feature's source is missing; the message names them.
    """
    facts = model.facts
    missing = sorted(set(facts.profile_columns) - set(profile_columns(activity, facts.setting)))
    if missing:
        raise InputError(
            f"The model was trained with the profile columns {', '.join(missing)}, which "
            "`sources.customers` lacks now; add them or train again."
        )
    known = {feature.name for feature in features_for(activity, facts.setting)}
    unknown = [name for name in facts.feature_names if name not in known]
    if unknown:
        raise InputError(
            f"The model was trained with the features {_shown(unknown)}, whose tables or columns "
            "the base lacks now; map them as in training, or train again."
        )


def outdated_settings(facts: ModelFacts, config: Config) -> tuple[str, ...]:
    """Return a note on settings that changed after the training: a model keeps its own."""
    pairs: dict[str, tuple[object, object]] = {
        "outlook.horizon_days": (facts.horizon_days, config.outlook.horizon_days),
        "outlook.value": (facts.value, config.outlook.value),
        "outlook.return_cost": (facts.return_cost, config.outlook.return_cost),
        "outlook.referral_share": (facts.referral_share, config.outlook.referral_share),
        "outlook.active_days": (facts.active_days, config.outlook.active_days),
        "tiers.names": (facts.tier_names, config.tiers.names),
        "tiers.assign": (facts.assign, config.tiers.assign),
        "language": (facts.language, config.language),
        "plugins": (_named(facts.plugins), _named(versions_of(config.plugins))),
    }
    current = further_settings(config)
    pairs |= {
        name: (trained, current[name])
        for name, trained in facts.further_settings.items()
        if name in current
    }
    changed = [
        f"`{name}` ({setting_text(trained)}, now {setting_text(now)})"
        for name, (trained, now) in pairs.items()
        if trained != now
    ]
    if not changed:
        return ()
    return (
        f"The model keeps what it was trained for: {'; '.join(changed)}. "
        "Train again, or promote a version that was trained for them.",
    )


def _named(plugins: Mapping[str, str]) -> tuple[str, ...]:
    """Return plugins with their versions, in the order of their names."""
    return tuple(f"{name} {version}" for name, version in sorted(plugins.items())) or ("none",)


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - EXAMPLES} more" if len(names) > EXAMPLES else ""
    return ", ".join(names[:EXAMPLES]) + more
