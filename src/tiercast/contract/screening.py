"""Apply the rules to a parsed table: count, show examples, separate good rows from bad ones."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from tiercast.contract.data_rules import RAW_SUFFIX, RULES, DataRule, raw
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import RuleFinding
from tiercast.contract.tables import TableSpec
from tiercast.contract.tally import EXAMPLES, RuleMatches

FLAG_PREFIX = "breaks__"


def rules_for(table: ir.Table, spec: TableSpec) -> list[tuple[DataRule, str]]:
    """Return the rules that concern a table, each with the column it looks at."""
    present = frozenset(table.columns)
    found = [(rule, rule.column(spec, present)) for rule in RULES]
    return [(rule, column) for rule, column in found if column is not None]


def flag(table: ir.Table, rules: Sequence[tuple[DataRule, str]]) -> ir.Table:
    """Return the table with one boolean column per rule, true where the rule is broken."""
    return table.mutate(
        **{FLAG_PREFIX + rule.name: rule.flags(table, column) for rule, column in rules}
    )


def count_findings(
    flagged: ir.Table, rules: Sequence[tuple[DataRule, str]]
) -> dict[str, RuleMatches]:
    """Return the number of rows that break each rule, in one pass, with example values."""
    counts = flagged.agg(
        **{rule.name: flagged[FLAG_PREFIX + rule.name].sum().fill_null(0) for rule, _ in rules}
    ).to_pyarrow()
    rows = {rule.name: int(counts[rule.name][0].as_py()) for rule, _ in rules}
    return {
        rule.name: RuleMatches(rows[rule.name], _examples(flagged, rule, column))
        if rows[rule.name]
        else RuleMatches(0)
        for rule, column in rules
    }


def findings(
    found: Mapping[str, RuleMatches], spec: TableSpec, rules: Sequence[tuple[DataRule, str]]
) -> tuple[RuleFinding, ...]:
    """Return the finding of each rule, those without a row included."""
    return tuple(
        RuleFinding(
            table=spec.name,
            rule=rule.name,
            column=column,
            rows=found[rule.name].rows,
            outcome=rule.outcome,
            handling=rule.handling,
            remedy=rule.remedy,
            examples=tuple(map(_shown, found[rule.name].examples)),
        )
        for rule, column in rules
    )


def _shown(value: str | None) -> str:
    return "empty" if value is None else repr(value)


def good_rows(flagged: ir.Table, rules: Sequence[tuple[DataRule, str]]) -> ir.Table:
    """Return the rows that break no rule, with canonical columns only."""
    plain = [
        c for c in flagged.columns if not (c.endswith(RAW_SUFFIX) or c.startswith(FLAG_PREFIX))
    ]
    return flagged.filter(~_broken(flagged, rules)).select(plain)


def broken_rows(flagged: ir.Table, rules: Sequence[tuple[DataRule, str]]) -> ir.Table:
    """Return the quarantined rows, as they were parsed and flagged."""
    return flagged.filter(_broken(flagged, rules))


def bad_rows(flagged: ir.Table, rules: Sequence[tuple[DataRule, str]]) -> ir.Table:
    """Return the quarantined rows with the values of the source and the rules that they break."""
    names = [
        ibis.ifelse(flagged[FLAG_PREFIX + rule.name], rule.name, ibis.null("string"))
        for rule, _ in rules
        if rule.outcome == "quarantined"
    ]
    plain = [c for c in flagged.columns if RAW_SUFFIX not in c and FLAG_PREFIX not in c]
    columns = {name: raw(flagged, name) for name in plain}
    broken = ibis.literal(", ").join(names)
    return flagged.filter(_broken(flagged, rules)).select(broken_rules=broken, **columns)


def refuse_if_none_left(good: int, found: tuple[RuleFinding, ...], origin: str) -> None:
    """Refuse a table without a good row.

    Raises
    ------
    DataContractError
        Every row was quarantined; the message names the rules.
    """
    if good:
        return
    worst = sorted((f for f in found if f.outcome == "quarantined"), key=lambda f: -f.rows)
    causes = "; ".join(
        f"{f.rule} in column `{f.column}`: {f.rows} rows, such as {', '.join(f.examples)} "
        f"({f.remedy})"
        for f in worst
        if f.rows
    )
    raise DataContractError(f"{origin}: every row breaks the contract. {causes}.")


def refuse_empty(
    good: ir.Table, spec: TableSpec, rules: Sequence[tuple[DataRule, str]], origin: str
) -> None:
    """Refuse empty values in a column that every row must fill and that no rule checks.

    Raises
    ------
    DataContractError
        Such a column is empty in some rows.
    """
    screened = {column for rule, column in rules if rule.outcome == "quarantined"}
    names = [c.name for c in spec.columns if not c.nullable and c.name not in screened]
    for name in names:
        rows = int(good[name].isnull().sum().fill_null(0).execute())
        if rows:
            raise DataContractError(
                f"{origin}: column `{name}` is empty in {rows:,} rows, but every row of "
                f"{spec.name} needs one. Fill it, or leave these rows out with a `query`."
            )


def _broken(flagged: ir.Table, rules: Sequence[tuple[DataRule, str]]) -> ir.BooleanValue:
    breaking = [rule for rule, _ in rules if rule.outcome == "quarantined"]
    return reduce(or_, (flagged[FLAG_PREFIX + rule.name] for rule in breaking))


def _examples(flagged: ir.Table, rule: DataRule, column: str) -> tuple[str | None, ...]:
    chosen = flagged.filter(flagged[FLAG_PREFIX + rule.name])
    values = chosen.select(shown=raw(chosen, column).cast("string")).distinct()
    rows = values.order_by("shown").limit(EXAMPLES).to_pyarrow()["shown"].to_pylist()
    return tuple(rows)
