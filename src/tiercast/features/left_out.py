"""The features and profile columns that a config leaves out of models (`features.without`)."""

from collections.abc import Sequence

from tiercast.config.errors import ConfigError
from tiercast.config.nearest import hint, nearest
from tiercast.features.assemble import profile_columns
from tiercast.features.btyd import CLOCK, CLV, KEPT, SUFFICIENT
from tiercast.features.feature import Setting
from tiercast.features.registry import every_feature
from tiercast.features.subscriptions import DUE, KNOWN_END, NEXT_PAYMENT
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.subscriptions import has_contracts

# What parts of a model other than trees, linear model and segments are made of.
NEEDED = {
    "RFM": ("recency_days", "orders", "revenue"),
    "lifecycle stages": (
        *("active_days", "tenure_days", "gap_mean_days", "gap_std_days", "gap_last_days"),
    ),
    "BTYD models": (
        *(feature.name for feature in (*SUFFICIENT, *CLV)),
        *(KEPT, "average_order_value"),
        *CLOCK,
    ),
}
OF_CONTRACTS = {
    "hazard models": (
        *("contract_age_days", "contract_renewal_months", "contract_term_months"),
        *(DUE, KNOWN_END, NEXT_PAYMENT),
    )
}


def left_out(
    activity: CustomerActivity,
    setting: Setting,
    without: Sequence[str],
    protected: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the columns of a panel that `features.without` and `protected` name, each checked.

    Raises
    ------
    ConfigError
        There is no such feature or profile column, or RFM, lifecycle stages or the BTYD or
        hazard models are made of it; or a protected column is no profile column.
    """
    profile = profile_columns(activity, setting)
    known = [*(feature.name for feature in every_feature(setting)), *profile]
    made_of = NEEDED | (OF_CONTRACTS if has_contracts(activity.orders) else {})
    for name in without:
        if name not in known:
            near = nearest(name, known)
            there = f"profile columns: {', '.join(profile) or 'none'}; features: docs/features.md"
            hint = f"did you mean `{near}`?" if near else f"{there}."
            raise ConfigError(
                f"`features.without`: there is no feature or profile column `{name}`; {hint}"
            )
        for what, needed in made_of.items():
            if name in needed:
                raise ConfigError(
                    f"`features.without` cannot leave out `{name}`, because {what} are made of "
                    "it; take it off the list."
                )
    return (*without, *protected_columns(profile, protected))


def protected_columns(profile: Sequence[str], protected: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a panel of the profile columns that `protected` names.

    Raises
    ------
    ConfigError
        There is no such profile column.
    """
    own = {name.removeprefix("profile_"): name for name in profile} | {n: n for n in profile}
    for name in protected:
        if name not in own:
            known = hint(name, list(profile))
            raise ConfigError(f"`protected`: there is no profile column `{name}`, but {known}")
    return tuple(own[name] for name in protected)
