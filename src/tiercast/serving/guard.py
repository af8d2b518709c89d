"""Who may ask, and how much: the token, the host's name, the size of a request."""

import hmac
import json
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from tiercast.config.errors import InputError
from tiercast.serving.metrics import Metrics
from tiercast.serving.problem import Refused, refused

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_BYTES = 16 * 1024 * 1024
OPEN_PATHS = ("/health",)  # a probe has no token
BEARER = "Bearer "


def check_host(host: str, token: str | None) -> None:
    """Refuse to answer other machines without a token.

    Raises
    ------
    InputError
        The host is not this machine, and there is no token.
    """
    if token is None and host not in LOOPBACK:
        raise InputError.of(
            "Host {host} answers other machines, which needs a token: set `TIERCAST_TOKEN` in "
            "the environment, or `serve: {{token: ${{NAME}}}}` in the config; or use --host "
            "127.0.0.1.",
            host=host,
        )


class Guard:
    """Refuse requests without the token, for another host's name, or too large; time the others.

    Without a token only this machine may ask, by its own name: a site elsewhere may point its
    name here.
    """

    def __init__(self, app: ASGIApp, token: str | None, metrics: Metrics) -> None:
        self.app, self.token, self.metrics = app, token, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def sending(message: Sent) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        refusal = self._refusal(str(scope["path"]), Headers(scope=scope))
        body = b"" if refusal is not None else await _body_of(receive)
        if body is None:
            refusal = _too_large()
        try:
            if refusal is not None:
                await answer_refused(refusal)(scope, receive, sending)
            else:
                await self.app(scope, _replaying(body or b"", receive), sending)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.answered(route, status, time.perf_counter() - begun)

    def _refusal(self, path: str, headers: Headers) -> Refused | None:
        if self.token is None and _name(headers.get("host", "")) not in LOOPBACK:
            return refused("Host", "not this machine's name", "ask 127.0.0.1", 403)
        if self.token is not None and path not in OPEN_PATHS and not self._knows(headers):
            remedy = "send `Authorization: Bearer TOKEN`"
            return refused("Authorization", "the token is missing or wrong", remedy, 401)
        if int(headers.get("content-length") or 0) > MOST_BYTES:
            return _too_large()
        return None

    def _knows(self, headers: Headers) -> bool:
        given = headers.get("authorization", "")
        known = f"{BEARER}{self.token}".encode()
        return hmac.compare_digest(given.encode("latin-1"), known)


def answer_refused(error: Refused) -> Response:
    """Return the response to a refused request."""
    text = json.dumps(error.to_dict(), ensure_ascii=False)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return Response(text, error.status, headers, "application/json")


def _too_large() -> Refused:
    remedy = "post fewer customers in a request, or score the base with `tiercast score CONFIG`"
    return refused("body", f"more than {MOST_BYTES // 1024**2} MiB", remedy, 413)


async def _body_of(receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is too large."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Return the receiver of a body that was read already, then of what comes after it."""
    whole: list[Sent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Sent:
        return whole.pop() if whole else await receive()

    return receiving


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
