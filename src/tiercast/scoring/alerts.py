"""Alerts: rules over scored rows, such as a change since the last scoring."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tiercast.config.alerts import AlertRule
from tiercast.modeling.memberships import names_held
from tiercast.scoring.conditions import meets_all


def alerts(rows: pd.DataFrame, rules: Sequence[AlertRule]) -> list[list[str]]:
    """Return the names of each row's alerts, in the order of the rules, (n,)."""
    raised = np.zeros((len(rows), len(rules)), dtype=bool)
    for number, rule in enumerate(rules):
        raised[:, number] = meets_all(rule.when, rows)
    return names_held(raised, [rule.name for rule in rules])
