"""All rules of readiness: what is measured, its limits, and the remedies."""

from tiercast.readiness.customer_rules import CUSTOMER_RULES
from tiercast.readiness.gap_rules import GAP_RULES
from tiercast.readiness.profile_rules import PROFILE_RULES
from tiercast.readiness.rule import ReadinessRule
from tiercast.readiness.time_rules import TIME_RULES
from tiercast.readiness.value_rules import VALUE_RULES

RULES: tuple[ReadinessRule, ...] = (
    *TIME_RULES,
    *CUSTOMER_RULES,
    *VALUE_RULES,
    *GAP_RULES,
    *PROFILE_RULES,
)
