"""`tiercast experiment measure`: what a campaign changed, by arm and outcome, with intervals."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd
from tea_tasting.aggr import Aggregates

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.arms import CONTROL_NAMES
from tiercast.campaigns.effects import SUSPICIOUS, Effect, arm_aggregates, effects, ratio_mismatch
from tiercast.campaigns.outcomes import MONEY, Campaign, open_campaign
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.measured.records import write_measured
from tiercast.sinks.recorded_run import recorded_here
from tiercast.tracking.runs import training_run

ROW = ("arm", "outcome", "n", "control", "treated", "effect", "low", "high", "p", "adjusted")
UNLOGGED = re.compile(r"[^\w. :/-]")  # signs that MLflow takes in no name
FEWEST = 2  # customers in an arm: fewer have no variance
WHICH_CONTROL = (
    "Campaign {campaign} has the arms {arms}, and none of them is called control; say which one "
    "was left alone: `--control ARM`."
)
NO_SUCH_ARM = "Campaign {campaign} has no arm {control!r}; there are {arms}."
TOO_FEW = "Arm {arm} of campaign {campaign} has {n} customer; an effect needs 2 in each arm."
MISMATCH = (
    "Sample-ratio mismatch: arms {sizes} do not fit the planned shares {shares} (p = {p:.2g}). "
    "Somebody was lost or added after the draw, so the arms cannot be compared. Find the cause, "
    "or say the shares that were planned: `--shares {example}`."
)
SHARES = "`shares` must give each arm a share above 0, such as {example}, but got {given}."


@dataclass(frozen=True)
class Measurement:
    """The effects of a campaign's arms on each outcome, customers counted as they were assigned.

    `means` has a row per arm and outcome, and per outcome one of all customers (arm None): n and
    mean as they are, not adjusted. `covariate` narrowed the intervals (None: nothing did), known
    as of `scored_on`. `sample_ratio_p` tests the sizes of the arms. `costs` has the money that the
    contacts of each arm but the control cost (None: not known), `cost_each` what was stated for a
    customer. `until` is the day on which the last customer's window was over.
    """

    campaign: str
    control: str
    first: dt.date
    days: int
    until: dt.date
    effects: tuple[Effect, ...]
    means: pd.DataFrame
    covariate: str | None
    scored_on: dt.date | None
    sample_ratio_p: float
    costs: Mapping[str, float | None]
    cost_each: float | None
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, object]]:
        """Return a row per arm and outcome, with the columns of `ROW`."""
        return [{name: getattr(one, name) for name in ROW} for one in self.effects]

    def record(self) -> dict[str, object]:
        """Return what the ledger keeps of it."""
        shown = (
            *("campaign", "control", "first", "days", "until", "covariate", "scored_on"),
            *("sample_ratio_p", "cost_each"),
        )
        return {
            **{name: getattr(self, name) for name in shown},
            "costs": dict(self.costs),
            "effects": [asdict(one) for one in self.effects],
        }

    def frame(self) -> pd.DataFrame:
        """Return a row per arm and outcome: the columns of `ROW`, and the relative effect."""
        names = [field.name for field in fields(Effect)]
        return pd.DataFrame(map(asdict, self.effects), columns=names)


def experiment_measure(  # noqa: PLR0913  # each is an option of the command
    config: Config | str | Path,
    campaign: str,
    *,
    control: str | None = None,
    days: int | None = None,
    shares: Mapping[str, float] | None = None,
    cost: float | None = None,
    money: str = MONEY,
    progress: Progress | None = None,
) -> Measurement:
    """Return what each arm of a campaign changed within `days` (default: the horizon).

    Arms come from the campaign's assignments, or else from `contacts`. All customers of an arm
    count, whether they were reached or not (intention to treat). Means are compared by Welch's
    test; p-values are corrected for all arms and outcomes (Holm). Where a day was scored at or
    before the campaign's first day, its expected value is the covariate (CUPED). `cost` is that of
    a customer in an arm that was not left alone (default: the column `cost` of `contacts`), and
    `money` names the outcome that the ledger counts as money. The measurement is written to
    `<output>/measurements/`, for the ledger, and to MLflow as a run.

    Raises
    ------
    InputError
        There is no such campaign or arm, its window is not wholly observed, or the sizes of the
        arms do not fit their planned shares (default: equal ones).
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("experiment measure")
    with recorded_here(settings, "experiment-measure", shown):
        shown.stage("read and check the data")
        with open_campaign(settings, campaign, days, shown) as opened:
            shown.stage("compare the arms")
            found = _measured(opened, control, shares, cost)
        write_measured(OutputFolder.of(settings), {**found.record(), "money": money})
        _log(settings, found)
    return found


def _log(config: Config, found: Measurement) -> None:
    """Record the measurement as a run in MLflow."""
    params = {
        name: getattr(found, name)
        for name in ("campaign", "control", "first", "days", "covariate", "scored_on")
    }
    metrics = {
        f"{one.arm}/{one.outcome}/{name}": value
        for one in found.effects
        for name in ("control", "treated", "effect", "low", "high", "p", "adjusted")
        if (value := getattr(one, name)) is not None
    }
    name = f"experiment {found.campaign}"
    with training_run(config, name=name, params={"experiment": params}) as run:
        run.log_metrics({UNLOGGED.sub("_", key): value for key, value in metrics.items()})
        run.log_table(found.frame(), "effects.csv")


def _measured(
    campaign: Campaign, control: str | None, shares: Mapping[str, float] | None, cost: float | None
) -> Measurement:
    chosen = control_of(campaign, control)
    arms = arm_aggregates(campaign.table, campaign.outcomes, campaign.covariate)
    p = _checked_ratio(campaign, arms, chosen, shares)
    return Measurement(
        campaign.name,
        chosen,
        campaign.first,
        campaign.days,
        campaign.until,
        tuple(effects(arms, chosen, campaign.outcomes, campaign.covariate)),
        _means(arms, campaign.outcomes),
        campaign.covariate,
        campaign.scored_on,
        p,
        _costs(campaign, arms, chosen, cost),
        cost,
        campaign.notes,
    )


def _costs(
    campaign: Campaign, arms: Mapping[str, Aggregates], control: str, cost: float | None
) -> dict[str, float | None]:
    """Return what the contacts of each arm but the control cost."""
    others = [name for name in arms if name != control]
    if cost is not None:
        return {name: cost * arms[name].count() for name in others}
    rows = campaign.table
    counted = rows.group_by("arm").agg(cost=rows.cost.sum()).to_pyarrow().to_pylist()
    known = {row["arm"]: row["cost"] for row in counted}
    return {name: known.get(name) for name in others}


def control_of(campaign: Campaign, control: str | None) -> str:
    """Return the arm that was left alone: the one asked for, recorded, or so called.

    Raises
    ------
    InputError
        The campaign has no such arm, or none or several are called a control.
    """
    names = campaign.arms.names
    if control is not None:
        if control not in names:
            raise InputError.of(NO_SUCH_ARM, campaign=campaign.name, control=control, arms=names)
        return control
    if campaign.arms.control is not None:
        return campaign.arms.control
    found = [name for name in names if CONTROL_NAMES.fullmatch(name.strip())]
    if len(found) != 1:
        raise InputError.of(WHICH_CONTROL, campaign=campaign.name, arms=names)
    return found[0]


def _checked_ratio(
    campaign: Campaign,
    arms: Mapping[str, Aggregates],
    control: str,
    given: Mapping[str, float] | None,
) -> float:
    """Return the p of the sample ratio, which no mismatch may be behind."""
    for name, arm in arms.items():
        if arm.count() < FEWEST:
            raise InputError.of(TOO_FEW, campaign=campaign.name, arm=name, n=arm.count())
    shares = given or campaign.arms.shares or dict.fromkeys(arms, 1.0)
    example = ",".join(f"{name}={1 / len(arms):.2f}" for name in arms)
    if {*shares} != {*arms} or not all(share > 0 for share in shares.values()):
        raise InputError.of(SHARES, example=example, given=dict(shares))
    p = ratio_mismatch(arms, control, shares)
    if p < SUSPICIOUS:
        sizes = [f"{name} {arm.count():,}" for name, arm in arms.items()]
        whole = sum(shares.values())
        planned = [f"{name} {share / whole:.1%}" for name, share in shares.items()]
        raise InputError.of(MISMATCH, sizes=sizes, shares=planned, p=p, example=example)
    return p


def _means(arms: Mapping[str, Aggregates], outcomes: tuple[str, ...]) -> pd.DataFrame:
    """Return customers and mean of each arm and outcome, and those of all customers."""
    rows = [
        (arm, outcome, one.count(), float(one.mean(outcome)))
        for outcome in outcomes
        for arm, one in arms.items()
    ]
    found = pd.DataFrame(rows, columns=["arm", "outcome", "n", "mean"])
    whole = found.assign(sum=found["n"] * found["mean"]).groupby("outcome", sort=False)
    sums = whole[["n", "sum"]].sum().reset_index()
    every = sums.assign(arm=None, mean=sums["sum"] / sums["n"])
    return pd.concat([found, every[found.columns]], ignore_index=True)
