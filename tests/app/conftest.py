"""A served app and a page of a browser that looks at it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from served_app import serving
from shop import CUTOFFS
from tiercast.app.server import HOST
from tiercast.scoring.score import score
from trained_base import TrainedBase, working_in

# What htmx writes to the console when a newer request takes the place of one that runs.
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")


@pytest.fixture(scope="session")
def app_of():
    return serving


@pytest.fixture(scope="module")
def shop(trained_shop, tmp_path_factory) -> Iterator[str]:
    """Return the address of the app of a copy of the shop: text ids, all tables, in Chinese."""
    folder = tmp_path_factory.mktemp("app") / "shop"
    shutil.copytree(trained_shop.folder, folder)
    with working_in(folder), serving(trained_shop.config) as address:
        yield address


@pytest.fixture(scope="session")
def twice_scored(trained_shop, tmp_path_factory) -> TrainedBase:
    """Return a copy of the shop with the scores of an earlier day, too."""
    folder = tmp_path_factory.mktemp("twice") / "shop"
    shutil.copytree(trained_shop.folder, folder)
    with working_in(folder):
        score(trained_shop.config, CUTOFFS[-2], model_version=1)
    return replace(trained_shop, folder=folder)


@pytest.fixture(scope="module")
def twice(twice_scored) -> Iterator[str]:
    """Return the address of the app of the shop that was scored on two days."""
    with working_in(twice_scored.folder), serving(twice_scored.config) as address:
        yield address


@pytest.fixture(scope="session")
def watched_page():
    return watched


@pytest.fixture
def trouble() -> list[str]:
    """Return what went wrong in the browser; what a test leaves in it fails the test."""
    return []


@pytest.fixture
def page(browser, trouble) -> Iterator[Page]:
    """Return a new page; trouble in it fails the test."""
    with watched(browser, trouble) as opened:
        yield opened
    assert trouble == []


@contextmanager
def watched(browser: Browser, trouble: list[str]) -> Iterator[Page]:
    """Open a page and note what goes wrong in it.

    That are errors of scripts, what the console says (breaches of the security policy, too) and
    requests to other machines.
    """
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda said: _note_said(f"{said.type}: {said.text}", trouble))
    opened.on("request", lambda asked: _note_foreign(asked.url, trouble))
    yield opened
    opened.close()


def _note_said(text: str, trouble: list[str]) -> None:
    if not any(name in text for name in REPLACED):
        trouble.append(text)


def _note_foreign(url: str, trouble: list[str]) -> None:
    address = urlsplit(url)
    if address.scheme != "data" and address.hostname != HOST:
        trouble.append(url)
