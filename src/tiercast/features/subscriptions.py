"""Features of contracts: plan, price, age, renewals, and how the use of the product changed."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.features.feature import Feature, Setting, row_of
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


_contracts = row_of("contracts", "contracts")
_contracts_or_null = row_of("contracts", "contracts", empty=None)
_derived = row_of("contracts", None, empty=None)
CONTRACTS: tuple[Feature, ...] = (
    _contracts(
        "contracts_running",
        "contracts",
        "contracts that run",
        lambda table, _: table.running.sum(),
    ),
    _contracts(
        "contracts_so_far",
        "contracts",
        "contracts so far, ended ones included",
        lambda table, _: table.count(),
    ),
    _contracts_or_null(
        "contract_age_days",
        "days",
        "days since the first contract started",
        lambda table, _: table.days_ago.max(),
    ),
    _contracts_or_null(
        "contract_current_days",
        "days",
        "days since the newest running contract started",
        lambda table, _: table.days_ago.min(where=table.running),
    ),
    _contracts(
        "contract_price",
        "money",
        "price of the running contracts, a month",
        lambda table, _: money_sum(table.price, where=table.running),
    ),
    _contracts(
        "contract_price_90d_ago",
        "money",
        "price of the contracts that ran 90 days ago, a month",
        lambda table, _: money_sum(table.price, where=table.ran_before),
    ),
    _derived(
        "contract_price_change",
        "share",
        "change of the monthly price over the last 90 days; null if none was paid then",
        lambda table, _: ratio(table.contract_price, table.contract_price_90d_ago) - 1,
    ),
    _contracts(
        "contract_renewals",
        "renewals",
        "terms that contracts completed and went on after",
        lambda table, _: table.renewals.sum(),
    ),
    _contracts_or_null(
        "contract_term_months",
        "months",
        "longest term of the running contracts",
        lambda table, _: table.term_months.max(where=table.running),
    ),
    _contracts_or_null(
        "contract_renewal_months",
        "months",
        "months to the next renewal of a running contract",
        lambda table, _: table.renewal_days.min(where=table.running) / MONTH_DAYS,
    ),
    _contracts_or_null(
        NEXT_PAYMENT,
        "days",
        "days to the next payment of a running contract",
        lambda table, _: table.payment_days.min(where=table.running & table.payment_comes),
    ),
    _contracts(
        DUE,
        "money",
        "what the running contracts pay within the horizon if they go on",
        lambda table, setting: money_sum(
            table.price * payments_due(table, setting.horizon_days), where=table.running
        ),
    ),
    _contracts_or_null(
        KNOWN_END,
        "days",
        "days to the end of the last running contract, where the end of each is known already",
        _known_end,
    ),
    _derived(
        USE_CHANGE,
        "share",
        "events of the last 30 days against those a month in the 60 days before; null without",
        lambda table, _: ratio(table.events_30d * 2, table.events_90d - table.events_30d) - 1,
    ),
)

KEPT, KEPT_VALUE, LEFT_SHARE = "contract_kept_chance", "contract_kept_value", "contract_left_share"
_models = row_of("contracts", "models")
CONTRACT_MODELS: tuple[Feature, ...] = (
    _models(KEPT, "probability", "hazard model: chance that the contracts outlast the horizon"),
    _models(KEPT_VALUE, "money", "hazard model: expected payments within the horizon"),
    _models(
        LEFT_SHARE,
        "share",
        "hazard model: share of the payments due that are expected of who leaves in the horizon",
    ),
)


def plan_features(setting: Setting) -> tuple[Feature, ...]:
    """Return a feature for each known plan: whether a running contract is of it."""
    # Numbered, because a plan's name may hold any characters.
    return tuple(
        _contracts(
            f"contract_plan_{position}_running",
            "0 or 1",
            f"a running contract of plan {plan!r}",
            _has_plan(plan),
        )
        for position, plan in enumerate(setting.plans, start=1)
    )


def _has_plan(plan: str) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: (
        (table.running & (table.plan == ibis.literal(plan)).fill_null(False)).max().cast("float64")
    )
