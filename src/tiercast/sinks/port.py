"""A port of this machine that a server listens on."""

import socket

from tiercast.config.errors import InputError


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0: any free one.

    Raises
    ------
    InputError
        The port is taken, or there is no such host or port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who reads the address may ask at once
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError.of(
            "Port {port} cannot be used ({error}); name another one with --port.",
            port=port,
            error=error,
        ) from error
    return listener
