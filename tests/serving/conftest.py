"""A service over each stored base, opened once: tests only ask it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import uvicorn

from tiercast.config.progress import Silent
from tiercast.serving.served import Service
from tiercast.serving.server import build_server, listening
from trained_base import TrainedBase, working_in


@dataclass(frozen=True)
class Client:
    """Asks a service at an address."""

    address: str
    service: Service
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> requests.Response:
        """Return the answer to a GET."""
        return requests.get(f"{self.address}{path}", **{"headers": self.headers, **more})

    def score(self, *customers: Mapping[str, Any], **more: Any) -> requests.Response:
        """Return the answer to customers that are posted."""
        body = {"customers": customers, **more}
        return requests.post(f"{self.address}/score", json=body, headers=self.headers)


@contextmanager
def serving(base: TrainedBase, token: str | None = None) -> Iterator[Client]:
    """Serve a base in a thread; nothing is looked for meanwhile but by `refresh`."""
    service = Service(base.config, Silent())
    made = build_server(service, token, refresh_seconds=3600)
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(made, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield Client(f"http://127.0.0.1:{listener.getsockname()[1]}", service)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def service_of():
    return serving


@pytest.fixture(scope="session")
def tenth_service(trained_tenth: TrainedBase) -> Iterator[Client]:
    """Return a client of the service over CDNOW's tenth, from any working directory."""
    with ExitStack() as opened:
        with working_in(trained_tenth.folder):
            client = opened.enter_context(serving(trained_tenth))
        yield client


@pytest.fixture(scope="session")
def shop_service(trained_shop: TrainedBase) -> Iterator[Client]:
    """Return a client of the service over the shop, from any working directory."""
    with ExitStack() as opened:
        with working_in(trained_shop.folder):
            client = opened.enter_context(serving(trained_shop))
        yield client


@pytest.fixture
def live_tenth(tenth: TrainedBase, tenth_service: Client) -> Client:
    """Return a client of the service over CDNOW's tenth, in the base's folder."""
    return tenth_service


@pytest.fixture
def live_shop(text_ids: TrainedBase, shop_service: Client) -> Client:
    """Return a client of the service over the shop with every table, in the base's folder."""
    return shop_service
