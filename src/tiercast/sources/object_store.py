"""Files elsewhere (`s3://`, `gs://`, `memory://`, ... by fsspec), copied here to be read.

A source is read several times, so one copy is less traffic than reading in place. The same rules
read files from everywhere.
"""

import importlib
import importlib.util
from glob import has_magic
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import fsspec
from fsspec.core import url_to_fs

from tiercast.config.environment import public_text
from tiercast.config.output import REMOTE_PATH
from tiercast.contract.errors import DataContractError
from tiercast.sources.origin import first_line
from tiercast.sources.outage import failure
from tiercast.sources.samples import SAMPLE_SCHEME
from tiercast.sources.scratch import filling

FILE_SCHEME = "file://"
REMEDY = "see to the address, the network and the credentials"
EXTRAS = {"s3": "tiercast[s3]", "s3a": "tiercast[s3]"}
# What file systems raise beside OSError, each of its own family.
DRIVER_ERRORS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("paramiko", "SSHException"),
    ("ftplib", "Error"),
)


def is_remote(path: str) -> bool:
    """Return whether a path is a URL of files that are not on this machine.

    Examples
    --------
    >>> is_remote("s3://shop/orders/*.parquet"), is_remote("file:///data/orders.csv")
    (True, False)
    """
    return bool(REMOTE_PATH.match(path)) and not path.startswith((SAMPLE_SCHEME, FILE_SCHEME))


def fetch(url: str, folder: Path) -> list[Path]:
    """Copy the files that a URL names (a file, a folder of parquet, a glob) into `folder`.

    Raises
    ------
    DataContractError
        No package reads such URLs, nothing matches, or the store refuses.
    SourceGoneError
        The store does not respond.
    """
    try:
        files, inside = file_system(url, "reading")  # a few connect already
        names = _names(files, inside, url)
        copies = [_copy(files, name, folder, number) for number, name in enumerate(names)]
    except FileNotFoundError:
        copies = []
    except store_errors() as error:
        message = f"{public_text(url)}: cannot be read: {first_line(error)}"
        raise failure(message, error, REMEDY) from None
    if not copies:
        raise DataContractError(f"{public_text(url)}: no file matches; mend `path` in the config.")
    return copies


def file_system(url: str, doing: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """Return the file system of a URL and the path in it; `doing` is the purpose, for messages.

    Raises
    ------
    DataContractError
        No package knows such URLs.
    """
    protocol = url.partition("://")[0]
    try:
        files, inside = url_to_fs(url, **_options(url))
    except ImportError as error:
        extra = EXTRAS.get(protocol)
        remedy = f"pip install '{extra}'" if extra else str(error)
        raise DataContractError(
            f"{public_text(url)}: {doing} {protocol}:// needs a package that is not here; "
            f"{remedy}."
        ) from None
    except ValueError:
        raise DataContractError(
            f"{public_text(url)}: nothing reads {protocol}://; use a path, or s3://, gs://, "
            "abfs://, https:// and the like."
        ) from None
    return files, inside


def _options(url: str) -> dict[str, bool]:
    """Return options that leave a signed URL as it is; rewritten, its signature may not match."""
    return {"encoded": True} if _is_web(url) and "?" in url else {}


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _names(files: fsspec.AbstractFileSystem, inside: str, url: str) -> list[str]:
    """Return the names of the files, sorted."""
    if _is_web(url) and "." in file_name(url) and not has_magic(url.partition("?")[0]):
        return [inside]  # a check for a folder would fetch the file
    if files.isdir(inside):
        return sorted(name for name in files.find(inside) if name.endswith(".parquet"))
    return sorted(files.glob(inside))


def _copy(files: fsspec.AbstractFileSystem, name: str, folder: Path, number: int) -> Path:
    target = folder / f"{number:05d}-{file_name(name)}"
    with filling(folder):
        files.get_file(name, str(target))
    return target


def file_name(url: str) -> str:
    """Return the name of a remote file, whose ending is its kind, without a URL's signature.

    Examples
    --------
    >>> file_name("https://shop.example/2024/orders.parquet?v=2&sig=a/b.csv")
    'orders.parquet'
    >>> file_name("shop/orders?.csv")
    'orders?.csv'
    """
    return PurePosixPath(urlsplit(url).path if _is_web(url) else url).name


def store_errors() -> tuple[type[Exception], ...]:
    """Return the error classes that stores raise."""
    families: list[type[Exception]] = [OSError]
    for module, name in DRIVER_ERRORS:
        if importlib.util.find_spec(module.partition(".")[0]):
            families.append(getattr(importlib.import_module(module), name))
    return tuple(families)
