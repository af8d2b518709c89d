"""`tiercast app CONFIG`: serve the scored days as pages, on this machine only."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import plotly
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from tiercast.app.campaign import campaign_file, campaign_page
from tiercast.app.campaigns import campaigns_file, campaigns_page
from tiercast.app.chapters import growth_page, model_page, overview_page, segments_page, tiers_page
from tiercast.app.customer import customer_page
from tiercast.app.customers import customers_file, customers_page
from tiercast.app.label_pages import LABEL_ROUTES, label_customer_page
from tiercast.app.lists import list_file, list_page, lists_page
from tiercast.app.migration import migration_page
from tiercast.app.pages import render_problem
from tiercast.app.security import LoopbackOnly
from tiercast.app.shelf import Shelf
from tiercast.app.timeline import Timeline
from tiercast.app.visit import Problem, Visit, plain_texts, visit_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.errors import FailedError, InputError
from tiercast.config.hiding import hide
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.sinks.port import listening as listening_on

HOST, PORT = "127.0.0.1", 8501
ROUTES: dict[str, Callable[[Visit], Response]] = {
    "/": overview_page,
    "/tiers": tiers_page,
    "/segments": segments_page,
    "/growth": growth_page,
    "/migration": migration_page,
    "/campaign": campaign_page,
    "/campaigns": campaigns_page,
    "/campaigns.csv": campaigns_file,
    "/lists": lists_page,
    "/model": model_page,
    "/customers": customers_page,
    "/customers.csv": customers_file,
}
# Files of other packages: the page's own style, and the charts' library.
FOREIGN = {
    "style.css": Path(str(resources.files("tiercast.reporting").joinpath("style.css"))),
    "charts.js": Path(str(resources.files("tiercast.reporting").joinpath("charts.js"))),
    "plotly.min.js": Path(str(resources.files(plotly).joinpath("package_data/plotly.min.js"))),
}


def app(
    config: Config | str | Path, port: int = PORT, *, progress: Progress | None = None
) -> None:
    """Serve the web app on loopback until it is stopped (Ctrl-C).

    Raises
    ------
    InputError
        Nothing was scored, the output folder is another base's, or the port is taken.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("app")
    with listening(port) as listener:
        shown.stage("read the newest scores and the orders")
        served = build_app(settings)
        number = listener.getsockname()[1]
        address = f"http://{HOST}:{number}/"
        shown.say(Message.of("Open {address} (Ctrl-C ends it).", address=address))
        options = uvicorn.Config(served, log_level="warning", access_log=False)
        uvicorn.Server(options).run(sockets=[listener])


def build_app(config: Config) -> FastAPI:
    """Return the app of a base, its newest scored day loaded.

    Raises
    ------
    InputError
        Nothing was scored, or the output folder is another base's.
    """
    refuse_other_base(OutputFolder.of(config).path, config.name)
    shelf, timeline = Shelf(config), Timeline.of(config)
    shelf.take()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        shelf.close()
        timeline.opened.close()

    made = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    made.state.shelf, made.state.timeline = shelf, timeline
    made.add_middleware(LoopbackOnly)
    for path, page in (ROUTES if config.kind.has_dates else LABEL_ROUTES).items():
        made.add_api_route(path, _endpoint(page), methods=["GET", "HEAD"], response_model=None)
    made.add_api_route("/customers/{customer_id:path}", _customer, response_model=None)
    made.add_api_route("/lists/{name}", _list, response_model=None)
    made.add_api_route("/lists/{name}/export", _list_export, methods=["POST"], response_model=None)
    made.add_api_route("/campaign/export", _export, methods=["POST"], response_model=None)
    for name, file in FOREIGN.items():
        made.add_api_route(f"/static/{name}", _file(file), response_model=None)
    made.mount("/static", StaticFiles(packages=[("tiercast.app", "static")]))
    for error in (Problem, InputError, FailedError, HTTPException):
        made.add_exception_handler(error, _problem)
    return made


def _endpoint(page: Callable[[Visit], Response]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return page(visit_of(request))

    return endpoint


def _customer(request: Request, customer_id: str) -> Response:
    visit = visit_of(request)
    if visit.base.has_label:
        return label_customer_page(visit, customer_id)
    return customer_page(visit, request.app.state.timeline, customer_id)


def _list(request: Request, name: str) -> Response:
    return list_page(visit_of(request), name)


def _list_export(request: Request, name: str) -> Response:
    return list_file(visit_of(request), name)


def _export(request: Request) -> Response:
    return campaign_file(visit_of(request))


def _file(path: Path) -> Callable[[], Response]:
    def endpoint() -> Response:
        return FileResponse(path)

    return endpoint


def _problem(request: Request, error: Exception) -> Response:
    """Return the page that shows an error; what nobody foresaw stays an error of the server."""
    say = plain_texts(request)
    if isinstance(error, Problem):
        return render_problem(say, error.status, say(error.key, **error.values))
    if isinstance(error, HTTPException):
        key = "app.problems.no_page" if error.status_code == 404 else "app.problems.refused"
        return render_problem(say, error.status_code, say(key))
    status = 404 if isinstance(error, InputError) else 503
    said = error.message if isinstance(error, InputError | FailedError) else str(error)
    return render_problem(
        say, status, say("app.problems.message", message=hide(say.translate(said)))
    )


def listening(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine; 0: any free one.

    Raises
    ------
    InputError
        The port is taken or there is no such port.
    """
    return listening_on(HOST, port)
