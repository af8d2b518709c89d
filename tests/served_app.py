"""The app of a base, served from a thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tiercast.app.server import HOST, build_app, listening
from tiercast.config.schema import Config


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
