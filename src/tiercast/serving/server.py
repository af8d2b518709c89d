"""`tiercast serve CONFIG`: scores of posted customers, and the stored ones, over HTTP."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tiercast.config.errors import FailedError, InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.serving.guard import Guard, answer_refused, check_host
from tiercast.serving.metrics import CONTENT_TYPE, Metrics
from tiercast.serving.posted import MOST_CUSTOMERS, ScoreRequest
from tiercast.serving.problem import FieldProblem, Problems, Refused, refused
from tiercast.serving.served import Service
from tiercast.serving.stored_rows import customer, customers_of_list, list_names, segments, totals
from tiercast.sinks.port import listening

HOST, PORT = "127.0.0.1", 8600
TOKEN = "TIERCAST_TOKEN"  # the environment's variable
REFRESH_SECONDS = 5.0
GRACE_SECONDS = 30  # for requests that run when the server is asked to stop
BODY, FORM = "body", "see /openapi.json for its form"
# By the type of an error of pydantic; `body` where the whole body is wrong.
REMEDIES = {
    "too_long": f"post at most {MOST_CUSTOMERS:,} customers in a request; `tiercast score CONFIG` "
    "scores all",
    "json_invalid": "post one JSON object in UTF-8",
    BODY: "post a JSON object with the header `Content-Type: application/json`; see /openapi.json",
}
# Where a request that the framework refuses is wrong.
REFUSED_AT = {400: (BODY, REMEDIES["json_invalid"]), 405: ("method", "see /openapi.json")}


def serve(
    config: Config | str | Path,
    host: str = HOST,
    port: int = PORT,
    *,
    progress: Progress | None = None,
) -> None:
    """Serve scores over HTTP until Ctrl-C or SIGTERM; requests that run then end first.

    Raises
    ------
    InputError
        Nothing was scored or trained, the port is taken, or the host answers other machines and
        there is no token.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("serve")
    token = token_of(settings)
    check_host(host, token)
    with listening(host, port) as listener:
        service = Service(settings, shown)
        number = listener.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{number}"
        shown.say(Message.of("Answering at {address} (Ctrl-C ends it).", address=address))
        options = uvicorn.Config(
            build_server(service, token),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        with suppress(KeyboardInterrupt):  # raised again once all requests are answered
            uvicorn.Server(options).run(sockets=[listener])


def token_of(config: Config) -> str | None:
    """Return the token that requests must send; None: none."""
    return os.environ.get(TOKEN) or config.serve.token or None


def build_server(
    service: Service, token: str | None = None, refresh_seconds: float = REFRESH_SECONDS
) -> FastAPI:
    """Return the application of a service."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(_refresh(service, refresh_seconds))
        yield
        watching.cancel()

    made = FastAPI(
        title=f"tiercast: {service.config.name}",
        version=version("tiercast"),
        docs_url=None,  # pages that load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses={422: {"model": Problems, "description": "Which fields are wrong."}},
    )
    made.add_middleware(Guard, token=token, metrics=metrics)
    made.add_exception_handler(Refused, _refused)
    made.add_exception_handler(RequestValidationError, _invalid)
    made.add_exception_handler(InputError, _failed)
    made.add_exception_handler(FailedError, _failed)
    made.add_exception_handler(HTTPException, _no_page)
    _add_scores(made, service, metrics)
    _add_stored(made, service)
    _add_state(made, service, metrics)
    made.openapi = partial(_described, made, service)  # type: ignore[method-assign]  # FastAPI's way
    return made


def _described(made: FastAPI, service: Service) -> dict[str, Any]:
    """Return the form of all requests, with an example that the stored base answers."""
    made.openapi_schema = None  # the framework keeps it, but a newer day has another example
    found = FastAPI.openapi(made)
    found["components"]["schemas"]["ScoreRequest"]["examples"] = [service.take().stored.example()]
    return found


async def _refresh(service: Service, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(service.refresh)


def _add_scores(made: FastAPI, service: Service, metrics: Metrics) -> None:
    @made.post("/score", response_class=Response)
    def score(request: ScoreRequest) -> Response:
        """Return the score row of each posted customer: the same numbers as the batch."""
        answer = service.take().score(request)
        raised = Counter(name for row in answer["customers"] for name in row["alerts"])
        metrics.add_scored(len(answer["customers"]), raised)
        return _json(answer)


def _add_stored(made: FastAPI, service: Service) -> None:
    @made.get("/customers/{customer_id:path}", response_class=Response)
    def one_customer(customer_id: str) -> Response:
        """Return the stored score row of a customer."""
        return _json(customer(service.take().stored, customer_id))

    @made.get("/lists", response_class=Response)
    def all_lists() -> Response:
        """Return the names of the lists."""
        return _json({"lists": list_names(service.take().stored)})

    @made.get("/lists/{name}", response_class=Response)
    def one_list(
        name: str, limit: Annotated[int, Query(ge=1, le=MOST_CUSTOMERS)] = 100
    ) -> Response:
        """Return the first customers of a list of the scored day."""
        return _json(customers_of_list(service.take().stored, name, limit))

    @made.get("/totals", response_class=Response)
    def the_totals() -> Response:
        """Return customers and expected money of base and tiers, with 90 % intervals."""
        return _json(totals(service.take().stored))

    @made.get("/segments", response_class=Response)
    def the_segments() -> Response:
        """Return customers, expected money with its interval, and churn risk by segment."""
        return _json(segments(service.take().stored))


def _add_state(made: FastAPI, service: Service, metrics: Metrics) -> None:
    @made.get("/health", response_class=Response)
    def health() -> Response:
        """Return what answers now, and why the newest could not be taken, if so."""
        served = service.take()
        state = {
            "status": "ok",
            "name": service.config.name,
            "as_of": served.stored.as_of,
            "model_version": served.version,
        }
        return _json(state | ({"trouble": service.trouble} if service.trouble else {}))

    @made.get("/metrics", response_class=Response)
    def the_metrics() -> Response:
        """Return counters and latencies in the text format of Prometheus."""
        served = service.take()
        as_of = served.stored.as_of.isoformat()
        text = metrics.text(served.version, as_of, service.swaps)
        return Response(text, media_type=CONTENT_TYPE)


def _json(content: object) -> Response:
    text = json.dumps(content, default=str, ensure_ascii=False, allow_nan=False)
    return Response(text, media_type="application/json")


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer_refused(error)


def _invalid(_: Request, error: Exception) -> Response:
    """Return which fields of a request are wrong, and what to do."""
    assert isinstance(error, RequestValidationError)
    problems = [_problem(detail) for detail in error.errors()]
    too_many = any(detail["type"] == "too_long" for detail in error.errors())
    return answer_refused(Refused(413 if too_many else 422, problems[:20]))


def _problem(detail: dict[str, Any]) -> FieldProblem:
    is_json = detail["type"] != "json_invalid"
    where = [one for one in detail["loc"] if is_json and one not in ("body", "query", "path")]
    field = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in where)
    remedy = REMEDIES.get(detail["type"] if where or not is_json else BODY, FORM)
    return FieldProblem(field.lstrip(".") or BODY, str(detail["msg"]), remedy)


def _failed(_: Request, error: Exception) -> Response:
    """Return an error of input (422) or of the work (503)."""
    status = 422 if isinstance(error, InputError) else 503
    return answer_refused(refused("request", str(error), "see the message", status))


def _no_page(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    field, remedy = REFUSED_AT.get(
        error.status_code, ("path", "see /openapi.json for what there is")
    )
    return answer_refused(refused(field, str(error.detail), remedy, error.status_code))
