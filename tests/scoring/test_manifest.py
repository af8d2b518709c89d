import json

import pytest

from tiercast.config.public_settings import public_settings
from tiercast.config.schema import Config


def test_sums_of_the_scores_and_the_season_are_told(trained):
    folder = trained.folder / trained.scored.folder
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    rows = trained.scores.to_pandas()
    whole = told["sums"]["base"]
    assert whole["customers"] == len(rows)
    assert whole["expected_value"] == told["expected_value"]
    assert (whole["value_low"], whole["value_high"]) == trained.scored.expected_interval
    for kind, column in (("tiers", "tier"), ("segments", "segment")):
        by_name = rows.groupby(column)["expected_value"].agg(["size", "sum"])
        groups = {n: one for n, one in told["sums"][kind].items() if one["customers"]}
        assert {n: one["customers"] for n, one in groups.items()} == by_name["size"].to_dict()
        expected = {name: one["expected_value"] for name, one in groups.items()}
        assert expected == pytest.approx(by_name["sum"].to_dict())
    # CDNOW opened with a burst of customers; the shop is steady and two years old.
    known = trained.config.name == "shop"
    assert told["season"]["is_known"] == known
    words = "The horizon is expected to be " if known else "The season ahead is not known: "
    assert told["season"]["text"].startswith(words)


def test_settings_leave_out_every_connection():
    config = Config.model_validate(
        {
            "name": "shop",
            "sources": {
                "transactions": {"connection": "postgresql://ann:geheim@host/db", "table": "o"},
                "customers": {"path": "customers.parquet"},
                "events": {"path": "sftp://ann:geheim@host/events.csv"},
            },
            "output": {"url": "sftp://ann:geheim@host/scores"},
        }
    )
    settings = public_settings(config)
    assert "geheim" not in str(settings)
    assert settings["sources"]["transactions"]["table"] == "o"
    assert settings["sources"]["customers"]["path"] == "customers.parquet"
    assert settings["sources"]["events"]["path"] == "sftp://ann:***@host/events.csv"
    assert settings["outlook"]["horizon_days"] == 90
