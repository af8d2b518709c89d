from dataclasses import replace

import pandas as pd
import pytest

from bases import opened
from shop import shop
from tiercast.config.errors import InputError
from tiercast.features.registry import features_for
from tiercast.modeling.model_facts import further_settings
from tiercast.scoring.requirements import check_requirements, outdated_settings
from tiercast.snapshots.activity import build_activity
from tiny_model import tiny_config, tiny_model


@pytest.fixture(scope="module")
def model():
    return tiny_model()


def journal_of(base):
    return build_activity(base.connection, base.tables, base.config)


def trained_with(model, activity, *profile):
    """Return the model as if it had been trained with all that a journal can tell."""
    names = tuple(feature.name for feature in features_for(activity, model.facts.setting))
    facts = model.facts.model_copy(update={"feature_names": names, "profile_columns": profile})
    return replace(model, facts=facts)


def test_a_base_as_in_training_is_accepted(model, tmp_path):
    with opened(tmp_path, shop()) as base:
        activity = journal_of(base)
        check_requirements(trained_with(model, activity, "region", "age"), activity)


def test_a_profile_column_that_is_gone_is_named(model, tmp_path):
    with opened(tmp_path, shop()) as base:
        activity = journal_of(base)
        needed = trained_with(model, activity, "region", "income", "age")
        with pytest.raises(
            InputError, match=r"profile columns income, which `sources\.customers`"
        ):
            check_requirements(needed, activity)


def test_a_profile_column_named_like_a_feature_is_found_again(model, tmp_path):
    tables = shop()
    tables["customers"] = tables["customers"].rename(columns={"age": "orders"})
    with opened(tmp_path, tables) as base:
        activity = journal_of(base)
        check_requirements(trained_with(model, activity, "profile_orders"), activity)


def test_a_table_that_is_gone_is_told_by_its_features(model, tmp_path):
    tables = shop()
    with opened(tmp_path / "all", tables) as base:
        needed = trained_with(model, journal_of(base))
    rest = {name: tables[name] for name in ("transactions", "customers", "events")}
    with opened(tmp_path / "rest", rest) as base:
        message = "features contacts, .* and 1 more, whose tables or columns the base lacks now"
        with pytest.raises(InputError, match=message):
            check_requirements(needed, journal_of(base))


def test_a_column_that_is_gone_is_told_by_its_features(model, tmp_path):
    tables = shop()
    with opened(tmp_path / "all", tables) as base:
        needed = trained_with(model, journal_of(base))
    lines: pd.DataFrame = tables["transactions"].drop(columns="quantity")
    message = "the features average_basket_quantity, whose"
    with (
        opened(tmp_path / "rest", tables | {"transactions": lines}) as base,
        pytest.raises(InputError, match=message),
    ):
        check_requirements(needed, journal_of(base))


def test_settings_as_in_training_need_no_note(model):
    assert outdated_settings(model.facts, tiny_config()) == ()


def test_settings_changed_since_the_training_are_told(model):
    config = tiny_config()
    outlook = config.outlook.model_copy(update={"horizon_days": 30})
    changed = config.model_copy(update={"outlook": outlook, "language": "zh"})
    (note,) = outdated_settings(model.facts, changed)
    assert "`outlook.horizon_days` (90, now 30); `language` (en, now zh)" in note
    assert note.endswith("Train again, or promote a version that was trained for them.")


def test_tier_cuts_changed_since_the_training_are_named(model):
    config = tiny_config()
    trained = model.facts.model_copy(update={"further_settings": further_settings(config)})
    tiers = config.tiers.model_copy(update={"cuts": (0.99, 0.9)})
    features = config.features.model_copy(update={"without": ("region",)})
    changed = config.model_copy(update={"tiers": tiers, "features": features})
    (note,) = outdated_settings(trained, changed)
    assert "`tiers.cuts` (0.8, 0.5, now 0.99, 0.9)" in note
    assert "`features.without` (none, now region)" in note
