import shutil

import numpy as np
import pytest

from tiercast.config.errors import InputError
from tiercast.training.compare import SHOWN, compare
from tiercast.training.promote import promote


def test_a_base_without_versions_has_no_rows(tenth, tmp_path):
    elsewhere = tenth.config.output.model_copy(update={"path": str(tmp_path)})
    untrained = tenth.config.model_copy(update={"name": "untrained", "output": elsewhere})
    found = compare(untrained)
    assert found.versions.empty
    assert list(found.versions.columns)[:3] == ["version", "aliases", "trained_as_of"]
    assert (found.version, found.against) == (None, None)


def test_a_version_is_shown_with_its_past_metrics(tenth):
    (row,) = compare(tenth.config).versions.to_dict("records")
    assert (row["version"], row["aliases"], row["horizon_days"]) == ("1", "champion", 90)
    assert str(row["trained_as_of"]) == "1998-04-01"
    assert row["run_id"] == tenth.trained.run_id
    shown = {name: row[name] for name in SHOWN}
    assert shown == pytest.approx({name: tenth.trained.metrics[name] for name in SHOWN})


def test_promoting_the_champion_again_changes_nothing(tenth):
    assert promote(tenth.config, "champion").version == "1"
    assert compare(tenth.config).versions["aliases"].tolist() == ["champion"]


def test_a_version_compared_with_itself_changes_nothing(tenth):
    found = compare(tenth.config, "1", "champion")
    assert (found.version, found.against) == ("1", "1")
    assert set(found.metrics["verdict"]) == {"tie"}
    assert (found.metrics[["difference", "low", "high"]].to_numpy() == 0).all()
    assert found.features.empty
    assert found.parameters.empty
    off_diagonal = found.tiers.to_numpy() - np.diag(np.diag(found.tiers))
    assert found.tiers.to_numpy().sum() == tenth.scored.rows
    assert off_diagonal.sum() == 0
    assert found.notes == (
        f"0 of {tenth.scored.rows:,} customers of 1998-04-01 would change tier.",
    )


def test_features_without_scores_are_no_scored_day(tenth):
    features = tenth.folder / tenth.config.output.path / "features"
    halfway = features / "as_of=1998-05-01"  # of a job that was killed before it wrote the scores
    shutil.copytree(features / tenth.scored.folder.name, halfway)
    try:
        (note,) = compare(tenth.config, "1", "champion").notes
    finally:
        shutil.rmtree(halfway)
    assert "customers of 1998-04-01" in note


def test_versions_are_not_compared_by_another_base_s_scores(tenth):
    with pytest.raises(InputError, match="holds the results of"):
        compare(tenth.config.model_copy(update={"name": "other"}))


def test_an_unknown_version_is_refused(tenth):
    with pytest.raises(InputError, match="no model version '9'"):
        compare(tenth.config, "9")
