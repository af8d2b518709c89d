"""What a page on loopback must refuse: other hosts' names, other sites' forms, foreign scripts."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]")
READING = ("GET", "HEAD")
# Plotly writes style attributes; scripts are files of our own only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class LoopbackOnly:
    """Respond only to requests that name this machine, and change things only for our own pages.

    A site elsewhere may point its name to 127.0.0.1 (then `Host` is its name) or send a form here
    (then `Origin` is its address): both are refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = _refusal(str(scope["method"]), Headers(scope=scope))
        response: ASGIApp = PlainTextResponse(refusal, 403) if refusal else self.app
        await response(scope, receive, _with_headers(send, str(scope["path"])))


def _refusal(method: str, headers: Headers) -> str:
    """Return why a request is refused; "" where it is not."""
    host = headers.get("host", "")
    if _name(host) not in HOSTS:
        return f"This app answers on this machine only, but was asked for {host!r}."
    origin = headers.get("origin", "")
    if method not in READING and origin != f"http://{host}":
        return f"Only a page of this app may send this, but its origin is {origin!r}."
    return ""


def _name(host: str) -> str:
    """Return the host without its port.

    Examples
    --------
    >>> _name("127.0.0.1:8501"), _name("[::1]:80"), _name("localhost"), _name("evil.example:80")
    ('127.0.0.1', '[::1]', 'localhost', 'evil.example')
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _with_headers(send: Send, path: str) -> Send:
    caching = "max-age=3600" if path.startswith("/static/") else "no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**HEADERS, "Cache-Control": caching}.items():
                headers[name] = value
        await send(message)

    return sending
