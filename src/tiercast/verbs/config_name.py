"""The name of a new customer base: from its file, and never one that another file's base has."""

import hashlib
import re
import unicodedata
from pathlib import Path

import yaml

from tiercast.sources.object_store import is_remote

FALLBACK_NAME = "orders"
HASH_SIGNS = 6


def base_name(data: str) -> str:
    """Return a name for the customer base, good for folders and MLflow, from a path or glob.

    What has no Latin letters is named by a short hash: two files never share a name for that.

    Examples
    --------
    >>> base_name("exports/Orders 2024.csv.gz"), base_name("data/shop/*.parquet")
    ('orders_2024', 'shop')
    >>> base_name("订单.csv"), base_name("客户.csv"), base_name("店A.xlsx")
    ('orders_3d5436', 'orders_ad4af3', 'a_20a163')
    >>> base_name("https://shop.example/sales.parquet?sig=a/b")
    'sales'
    """
    address = data.partition("?")[0] if is_remote(data) else data  # a signature names nothing
    for part in reversed(Path(address).parts):
        if "*" not in part:
            name = _latin(part.partition(".")[0])
            if name:
                return name
            break
    return FALLBACK_NAME


def unique_name(data: str, folders: set[Path]) -> str:
    """Return the base's name, with a hash of its path where a config has it for other data."""
    name = base_name(data)
    files = (file for folder in folders for file in sorted(folder.glob("*.yaml")))
    taken = any(_is_of_other_data(file, name, data) for file in files)
    return f"{name}_{_hash(data)}" if taken else name


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    name = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
    lost = any(sign.isalnum() and not sign.isascii() for sign in plain)
    return f"{name or FALLBACK_NAME}_{_hash(unicodedata.normalize('NFC', text))}" if lost else name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_SIGNS]


def _is_of_other_data(file: Path, name: str, data: str) -> bool:
    """Return whether a file is a config of that name whose orders are others."""
    try:
        config = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError):
        return False  # no config
    if not isinstance(config, dict) or config.get("name") != name:
        return False
    sources = config.get("sources")
    orders = sources.get("transactions") if isinstance(sources, dict) else None
    path = orders.get("path") if isinstance(orders, dict) else None
    return not isinstance(path, str) or _place(path) != _place(data)


def _place(data: str) -> str:
    return data if "://" in data else str(Path(data).absolute())
