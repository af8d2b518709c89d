"""The chapter on why customers of a label table leave: the columns that raise their risk."""

import ibis.expr.types as ir
import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Measure, Section, Table, common

MAY_LEAVE = 0.25  # from this risk on, as in the package's plays
TOP_REASONS = 12
MANY = 10  # from more different numbers than this, the median speaks for them


def drivers_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on what raises the risk of those who may leave."""
    scores = inputs.scores
    risky = scores.filter(scores.churn_probability >= MAY_LEAVE)
    count = int(risky.count().to_pyarrow().as_py())
    title = say("label.drivers.title")
    table = _drivers(risky)
    if table.empty:
        return Section("drivers", title, say("label.drivers.none"), ())
    table["share"] = table["customers"] / max(count, 1)
    first = table.iloc[0]
    share = say.write.about(first.customers).share(first.share)
    headline = say("label.drivers.headline", column=str(first.feature), share=share)
    columns = [
        *common(say, "customers"),
        Measure(say("label.drivers.share"), "share", say.write.share),
        Measure(say("label.drivers.example"), "example", str),
    ]
    names = (say("label.drivers.column"), [str(name) for name in table["feature"]])
    note = say("label.drivers.note", limit=say.write.share(MAY_LEAVE))
    numbers = Table.of(say("label.drivers.table"), table, names, columns, note=note)
    return Section("drivers", title, headline, (numbers,))


def _drivers(risky: ir.Table) -> pd.DataFrame:
    """Return the columns named as reasons to leave: customers, and a typical value."""
    one = risky.select(reason=risky.reasons.unnest())
    flat = one.select(**{name: one.reason[name] for name in ("feature", "value", "effect")})
    raising = flat.filter(flat.effect > 0)
    values = raising.group_by("feature", "value").aggregate(n=raising.count()).to_pandas()
    if values.empty:
        return values
    values = values.sort_values(["n", "value"], ascending=[False, True])
    found = pd.DataFrame(
        {"feature": feature, "customers": rows["n"].sum(), "example": _typical(rows)}
        for feature, rows in values.groupby("feature", sort=False)
    )
    ordered = found.sort_values(["customers", "feature"], ascending=[False, True])
    return ordered.head(TOP_REASONS).reset_index(drop=True)


def _typical(values: pd.DataFrame) -> str:
    """Return the commonest value, and of many different numbers the median.

    Examples
    --------
    >>> _typical(pd.DataFrame({"value": ["Fiber", "DSL"], "n": [3, 1]}))
    'Fiber'
    >>> _typical(pd.DataFrame({"value": [str(one) for one in range(1, 14)], "n": [1] * 13}))
    '7'
    """
    numbers = pd.to_numeric(values["value"], errors="coerce")
    if len(values) <= MANY or numbers.isna().any():
        return str(values["value"].iloc[0])
    ordered = values.assign(number=numbers).sort_values("number")
    middle = ordered["n"].cumsum().searchsorted(ordered["n"].sum() / 2)
    return str(ordered["value"].iloc[int(middle)])
