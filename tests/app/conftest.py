"""A served app and a page of a browser that looks at it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from tiercast.app.server import HOST, build_app, listening
from tiercast.config.schema import Config
from trained_base import working_in


@contextmanager
def serving(config: Config) -> Iterator[str]:
    """Serve a base's app in a thread and return its address."""
    with listening(0) as listener:
        server = uvicorn.Server(uvicorn.Config(build_app(config), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def app_of():
    return serving


@pytest.fixture(scope="module")
def shop(trained_shop) -> Iterator[str]:
    """Return the address of the shop's app: text ids, all tables, in Chinese by default."""
    with working_in(trained_shop.folder), serving(trained_shop.config) as address:
        yield address


@pytest.fixture
def page(browser) -> Iterator:
    """Return a new page; what goes wrong in it fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    yield opened
    opened.close()
    assert trouble == []
