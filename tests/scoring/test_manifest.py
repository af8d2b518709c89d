import pandas as pd

from tiercast.config.schema import Config
from tiercast.scoring.manifest import Totals, public_settings


def part(tiers, expected, churn):
    return pd.DataFrame({"tier": tiers, "expected_value": expected, "churn_probability": churn})


def test_totals_add_up_over_parts():
    totals = Totals(("top", "rest", "none"))
    totals.add(part(["top", "none"], [10.0, 0.5], [0.25, 0.5]))
    totals.add(part(["top"], [20.0], [0.25]))
    assert totals.rows == 3
    assert totals.tiers == {"top": 2, "rest": 0, "none": 1}
    assert (totals.expected, totals.churned) == (30.5, 1.0)


def test_settings_leave_out_every_connection():
    config = Config.model_validate(
        {
            "name": "shop",
            "sources": {
                "transactions": {"connection": "postgresql://ann:geheim@host/db", "table": "o"},
                "customers": {"path": "customers.parquet"},
            },
        }
    )
    settings = public_settings(config)
    assert "geheim" not in str(settings)
    assert settings["sources"]["transactions"]["table"] == "o"
    assert settings["sources"]["customers"]["path"] == "customers.parquet"
    assert settings["outlook"]["horizon_days"] == 90
