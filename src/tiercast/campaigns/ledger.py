"""`tiercast experiment ledger`: what measured campaigns cost, brought and earned."""

from pathlib import Path

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.measured.ledger import ledger_of
from tiercast.measured.records import read_measured


def experiment_ledger(config: Config | str | Path) -> pd.DataFrame:
    """Return what measured campaigns cost and earned, a row per campaign and arm, by first day.

    Columns: campaign, arm, first, days, until (the day on which the last window was over), n
    (customers), cost (money; missing: not known), cost_each (what was stated for a customer;
    missing: the contacts' own costs count), effect, low, high (money per customer, 95 % interval),
    brought (effect times n) and profit (brought less cost) with their intervals, return
    (profit / cost), and the cumulative profit. A campaign without an outcome that is money brought
    none that is known; without a cost there is no profit.

    Raises
    ------
    InputError
        The output folder is another base's, or a measurement is of an earlier version.
    """
    settings = load_config(config)
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    return ledger_of(read_measured(output))
