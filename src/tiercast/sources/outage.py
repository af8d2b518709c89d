"""Whether a failure of a source is temporary: it was down, busy or out of reach.

An unknown failure counts as permanent, except where a database server never responded.
"""

import errno
import socket
import ssl
import sys
from collections.abc import Iterator

from tiercast.config.errors import SourceGoneError
from tiercast.contract.errors import DataContractError

UP = "see that it is up and can be reached"
# What drivers raise beside OSError when a network or a server fails, each of its own family.
PASSING = (
    ("aiohttp", "ClientConnectionError"),
    ("aiohttp", "ClientPayloadError"),
    ("botocore.exceptions", "ConnectionError"),
    ("botocore.exceptions", "HTTPClientError"),
    ("botocore.exceptions", "IncompleteReadError"),
    ("ftplib", "error_temp"),
    ("psycopg", "OperationalError"),
)
PASSING_NUMBERS = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.EIO,
    errno.ENETDOWN,
    errno.ENETUNREACH,
}
# Server errors are passing, and of all others: timeout, too early, too many requests.
PASSING_STATUS = {408, 425, 429}
SERVER_ERROR = 500
# Classes of SQLSTATE: connection, rolled back, resources, operator, system.
PASSING_STATES = ("08", "40", "53", "57", "58")
# A login has no SQLSTATE. A server that answers refuses it with the first, for good but for these.
REFUSAL = "FATAL:"
PASSING_REFUSALS = (
    "the database system is",  # starting up, shutting down, in recovery mode
    "terminating connection",
    "too many",
    "remaining connection slots",
)
NO_SUCH_HOST = ("Name or service not known", "nodename nor servname")
FILE_IN_USE = "Could not set lock on file"  # in DuckDB's words


def failure(
    message: str, error: Exception, remedy: str = "", *, broken: bool = False
) -> DataContractError | SourceGoneError:
    """Return the error to raise about a source: bad input, or a temporary failure.

    `broken`: the connection was cut, whatever the error is.
    """
    if broken or is_passing(error):
        return SourceGoneError(f"{message}; {remedy or UP}, then run this again.")
    return DataContractError(f"{message}; {remedy}." if remedy else message)


def is_passing(error: BaseException) -> bool:
    """Return whether a later attempt may succeed.

    Examples
    --------
    >>> is_passing(ConnectionRefusedError()), is_passing(PermissionError())
    (True, False)
    """
    causes = list(_causes(error))
    if any(_is_lasting(one) for one in causes):
        return False
    return any(_is_passing(one) for one in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return an error and its causes, as far as drivers report them."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            kwargs = getattr(one, "kwargs", None)  # botocore's
            inner = kwargs.get("error") if isinstance(kwargs, dict) else None
            waiting += [one.__cause__, one.__context__, getattr(one, "os_error", None), inner]
    yield from seen


def _is_lasting(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_AGAIN
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    status = _status(error)
    if status is not None:  # some drivers make an input/output error of any
        return status < SERVER_ERROR and status not in PASSING_STATUS
    return _is_family(error, "psycopg", "OperationalError") and _is_refusal(error)


def _is_refusal(error: BaseException) -> bool:
    """Return whether a PostgreSQL server refused the login, or the host does not exist."""
    if getattr(error, "sqlstate", None) is not None:
        return False
    text = str(error)
    refused = REFUSAL in text and not any(words in text for words in PASSING_REFUSALS)
    return refused or any(words in text for words in NO_SUCH_HOST)


def _is_passing(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return str(state).startswith(PASSING_STATES)
    if _status(error) is not None:
        return True  # permanent ones were handled before
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror):
        return True
    if isinstance(error, OSError) and error.errno in PASSING_NUMBERS:
        return True
    return FILE_IN_USE in str(error) or any(_is_family(error, *family) for family in PASSING)


def _status(error: BaseException) -> int | None:
    """Return the HTTP status of an error of aiohttp, gcsfs or botocore; None if it has none."""
    if _is_family(error, "aiohttp.http_exceptions", "PayloadEncodingError"):
        return None  # its number is about what broke off, not the server's
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    status = getattr(error, "status", None) or metadata.get("HTTPStatusCode")
    status = status or getattr(error, "code", None)  # aiohttp warns of its own
    return status if isinstance(status, int) else None


def _is_family(error: BaseException, module: str, name: str) -> bool:
    """Return whether an error is of a driver's class; a driver that is not loaded raises none."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(error, getattr(loaded, name))
