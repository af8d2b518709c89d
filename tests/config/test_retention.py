import pytest

from tiercast.config.schema import Config

LEAST = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}


def test_scores_are_kept_until_they_are_graded():
    with pytest.raises(ValueError, match="at least the longest horizon, 365 days"):
        Config.model_validate(
            LEAST | {"outlook": {"horizon_days": [30, 365]}, "retention": {"scores": 90}}
        )


def test_no_retention_keeps_everything():
    assert Config.model_validate(LEAST).retention.model_dump(exclude_none=True) == {}
