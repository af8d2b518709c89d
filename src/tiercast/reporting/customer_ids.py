"""Ids of customers as the report shows them: masked by default, no two of a list alike."""

from collections.abc import Sequence

from tiercast.formats import masked_apart
from tiercast.reporting.inputs import Inputs


def shown_ids(customers: Sequence[object], inputs: Inputs) -> list[str]:
    """Return the ids of different customers as the config wants them."""
    report = inputs.config.report
    if report.ids == "full":
        return [str(customer) for customer in customers]
    if report.ids == "pseudonymous":
        return [report.pseudonym(customer) for customer in customers]
    return masked_apart(customers)
