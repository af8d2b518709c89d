import pytest

from tiercast.training.compare import SHOWN, compare
from tiercast.training.promote import promote


def test_a_base_without_versions_has_no_rows(tenth):
    untrained = tenth.config.model_copy(update={"name": "untrained"})
    found = compare(untrained)
    assert found.empty
    assert list(found.columns)[:3] == ["version", "aliases", "trained_as_of"]


def test_a_version_is_shown_with_its_past_metrics(tenth):
    (row,) = compare(tenth.config).to_dict("records")
    assert (row["version"], row["aliases"], row["horizon_days"]) == ("1", "champion", 90)
    assert str(row["trained_as_of"]) == "1998-04-01"
    assert row["run_id"] == tenth.trained.run_id
    shown = {name: row[name] for name in SHOWN}
    assert shown == pytest.approx({name: tenth.trained.metrics[name] for name in SHOWN})


def test_promoting_the_champion_again_changes_nothing(tenth):
    assert promote(tenth.config, "champion").version == "1"
    assert compare(tenth.config)["aliases"].tolist() == ["champion"]
