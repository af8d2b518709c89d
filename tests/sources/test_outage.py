"""Temporary failures and permanent ones, by the errors that drivers raise."""

import errno
import socket
import ssl

import duckdb
import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from tiercast.sources.outage import is_passing


def answered(status):
    """Return what s3fs makes of a refusal that it does not know: its cause has the status."""
    error = OSError(errno.EIO, "refused")
    error.__cause__ = ClientError({"ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")
    return error


def login(text):
    server = 'connection to server at "db" (10.0.0.1), port 5432 failed: '
    return psycopg.OperationalError(server + text)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        OSError(errno.EHOSTUNREACH, "no route"),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        answered(503),
        EndpointConnectionError(endpoint_url="https://store", error=ConnectionRefusedError()),
        login("Connection refused"),
        login("FATAL:  the database system is starting up"),
        login("FATAL:  sorry, too many clients already"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.OperationalError(
            "failed to resolve host 'db': [Errno -3] Temporary failure in name resolution"
        ),
        psycopg.errors.AdminShutdown("FATAL:  terminating connection"),
        psycopg.errors.SerializationFailure("canceling statement due to conflict with recovery"),
        duckdb.IOException('IO Error: Could not set lock on file "shop.duckdb"'),
    ],
)
def test_what_may_be_over_later(error):
    assert is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(),
        FileNotFoundError(),
        ImportError("no driver"),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        ssl.SSLCertVerificationError("certificate verify failed"),
        answered(403),
        NoCredentialsError(),
        EndpointConnectionError(
            endpoint_url="https://stor", error=socket.gaierror(socket.EAI_NONAME, "not known")
        ),
        login('FATAL:  password authentication failed for user "me"'),
        login('FATAL:  database "nosuch" does not exist'),
        psycopg.OperationalError(
            "failed to resolve host 'dbb': [Errno -2] Name or service not known"
        ),
        psycopg.errors.InsufficientPrivilege("permission denied for table orders"),
        psycopg.ProgrammingError('invalid integer value "x" for connection option "port"'),
        duckdb.IOException("IO Error: not a valid DuckDB database file"),
    ],
)
def test_what_stays(error):
    assert not is_passing(error)
