"""One request to the app: the scored day, the language, and addresses that keep both."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import quote, urlencode

from starlette.requests import Request

from tiercast.app.scored_base import ScoredBase
from tiercast.app.shelf import Shelf
from tiercast.app.texts import load_texts
from tiercast.modeling.target import Target
from tiercast.reporting.messages import Language, MessageCatalogue, of_horizons

KEPT = ("language", "as_of")  # what every link of a page carries on


class Problem(Exception):
    """A request that cannot be answered: its HTTP status and the text of the page that says so."""

    def __init__(self, status: int, key: str, **values: str) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


@dataclass(frozen=True)
class Visit:
    """A request, and what it is about."""

    path: str
    parameters: Mapping[str, str]
    base: ScoredBase
    say: MessageCatalogue
    days: Sequence[dt.date]

    def link(self, path: str, **parameters: object) -> str:
        """Return the address of another page, in the same language and of the same day."""
        carried = {name: self.parameters[name] for name in KEPT if self.parameters.get(name)}
        return address(path, {**carried, **parameters})

    def same(self, **changes: object) -> str:
        """Return the address of this page with some parameters changed ("": left out)."""
        return address(self.path, {**self.parameters, **changes})

    def customer(self, customer_id: object) -> str:
        """Return the address of a customer's page."""
        return self.link(f"/customers/{quote(str(customer_id), safe='')}")


def visit_of(request: Request) -> Visit:
    """Return the visit of a request.

    Raises
    ------
    InputError
        The day asked for was not scored.
    Problem
        A parameter holds NUL, which no text of a database has.
    """
    shelf: Shelf = request.app.state.shelf
    given = {name: value for name, value in request.query_params.items() if value != ""}
    if wrong := [name for name, value in given.items() if "\0" in name + value]:
        raise Problem(400, "app.problems.no_text", name=wrong[0])
    base = shelf.take(given.get("as_of"))
    config = shelf.config
    say = load_texts(
        language_of(request),
        base.inputs.target,
        config.currency,
        config.outlook.churn,
        config.report.small_cells,
    )
    say = of_horizons(say, base.inputs.horizons)
    return Visit(request.url.path, given, base, say, shelf.days())


def language_of(request: Request) -> Language:
    """Return the language asked for; by default the config's."""
    asked = request.query_params.get("language")
    shelf: Shelf = request.app.state.shelf
    return next((one for one in get_args(Language) if one == asked), shelf.config.language)


def plain_texts(request: Request) -> MessageCatalogue:
    """Return the texts for a page that is about no scored day."""
    shelf: Shelf = request.app.state.shelf
    return load_texts(language_of(request), Target.of_config(shelf.config))


def address(path: str, parameters: Mapping[str, Any]) -> str:
    """Return a path with the parameters that have a value.

    Examples
    --------
    >>> address("/customers", {"tier": "top", "search": "", "page": None, "q": "a&b"})
    '/customers?tier=top&q=a%26b'
    """
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path
