"""Features of contracts: plan, price, age, renewals, and how the use of the product changed."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.features.feature import Feature, Setting
from tiercast.features.rfm import ratio
from tiercast.snapshots.subscriptions import payments_due

MONTH_DAYS = 365.25 / 12
KNOWN_END = "contract_known_end_days"
DUE = "contract_due"
NEXT_PAYMENT = "contract_next_payment_days"
USE_CHANGE = "contract_use_change"


def _known_end(table: ir.Table, _: Setting) -> ir.Value:
    """Return the days to the last end, where that of every running contract is known."""
    open_ended = (table.running & table.known_end_days.isnull()).sum()
    last = table.known_end_days.max(where=table.running)
    return ibis.ifelse(open_ended == 0, last, ibis.null("float64"))


CONTRACTS: tuple[Feature, ...] = (
    Feature(
        "contracts_running",
        "contracts",
        "contracts",
        "contracts that run",
        "contracts",
        lambda table, _: table.running.sum(),
    ),
    Feature(
        "contracts_so_far",
        "contracts",
        "contracts",
        "contracts so far, ended ones included",
        "contracts",
        lambda table, _: table.count(),
    ),
    Feature(
        "contract_age_days",
        "days",
        "contracts",
        "days since the first contract started",
        "contracts",
        lambda table, _: table.days_ago.max(),
        empty=None,
    ),
    Feature(
        "contract_current_days",
        "days",
        "contracts",
        "days since the newest running contract started",
        "contracts",
        lambda table, _: table.days_ago.min(where=table.running),
        empty=None,
    ),
    Feature(
        "contract_price",
        "money",
        "contracts",
        "price of the running contracts, a month",
        "contracts",
        lambda table, _: money_sum(table.price, where=table.running),
    ),
    Feature(
        "contract_price_90d_ago",
        "money",
        "contracts",
        "price of the contracts that ran 90 days ago, a month",
        "contracts",
        lambda table, _: money_sum(table.price, where=table.ran_before),
    ),
    Feature(
        "contract_price_change",
        "share",
        "contracts",
        "change of the monthly price over the last 90 days; null if none was paid then",
        None,
        lambda table, _: ratio(table.contract_price, table.contract_price_90d_ago) - 1,
        empty=None,
    ),
    Feature(
        "contract_renewals",
        "renewals",
        "contracts",
        "terms that contracts completed and went on after",
        "contracts",
        lambda table, _: table.renewals.sum(),
    ),
    Feature(
        "contract_term_months",
        "months",
        "contracts",
        "longest term of the running contracts",
        "contracts",
        lambda table, _: table.term_months.max(where=table.running),
        empty=None,
    ),
    Feature(
        "contract_renewal_months",
        "months",
        "contracts",
        "months to the next renewal of a running contract",
        "contracts",
        lambda table, _: table.renewal_days.min(where=table.running) / MONTH_DAYS,
        empty=None,
    ),
    Feature(
        NEXT_PAYMENT,
        "days",
        "contracts",
        "days to the next payment of a running contract",
        "contracts",
        lambda table, _: table.payment_days.min(where=table.running & table.payment_comes),
        empty=None,
    ),
    Feature(
        DUE,
        "money",
        "contracts",
        "what the running contracts pay within the horizon if they go on",
        "contracts",
        lambda table, setting: money_sum(
            table.price * payments_due(table, setting.horizon_days), where=table.running
        ),
    ),
    Feature(
        KNOWN_END,
        "days",
        "contracts",
        "days to the end of the last running contract, where the end of each is known already",
        "contracts",
        _known_end,
        empty=None,
    ),
    Feature(
        USE_CHANGE,
        "share",
        "contracts",
        "events of the last 30 days against those a month in the 60 days before; null without",
        None,
        lambda table, _: ratio(table.events_30d * 2, table.events_90d - table.events_30d) - 1,
        empty=None,
    ),
)

KEPT, KEPT_VALUE, LEFT_SHARE = "contract_kept_chance", "contract_kept_value", "contract_left_share"
CONTRACT_MODELS: tuple[Feature, ...] = (
    Feature(
        KEPT,
        "probability",
        "contracts",
        "hazard model: chance that the contracts outlast the horizon",
        "models",
    ),
    Feature(
        KEPT_VALUE,
        "money",
        "contracts",
        "hazard model: expected payments within the horizon",
        "models",
    ),
    Feature(
        LEFT_SHARE,
        "share",
        "contracts",
        "hazard model: share of the payments due that are expected of who leaves in the horizon",
        "models",
    ),
)


def plan_features(setting: Setting) -> tuple[Feature, ...]:
    """Return a feature for each known plan: whether a running contract is of it."""
    # Numbered, because a plan's name may hold any characters.
    return tuple(
        Feature(
            f"contract_plan_{position}_running",
            "0 or 1",
            "contracts",
            f"a running contract of plan {plan!r}",
            "contracts",
            _has_plan(plan),
        )
        for position, plan in enumerate(setting.plans, start=1)
    )


def _has_plan(plan: str) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: (
        (table.running & (table.plan == ibis.literal(plan)).fill_null(False)).max().cast("float64")
    )
