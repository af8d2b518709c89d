"""`tiercast mcp CONFIG`: scored customers for AI assistants, by the Model Context Protocol."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiercast.app.shelf import Shelf
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.customers import customer, customers_of_list, lists_on_offer
from tiercast.assistant.quality import how_sure, track_record
from tiercast.assistant.sums import segments, totals
from tiercast.config.errors import FailedError, InputError
from tiercast.config.hiding import hide
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

NO_PACKAGE = (
    "`tiercast mcp` needs the package mcp, which is not installed; run "
    "`pip install 'tiercast[mcp]'`."
)
INSTRUCTIONS = (
    "Scores of the customers of a company: churn risk, expected money, tier, segment, reasons. "
    "Every forecast is uncertain: with a sum give its interval (value_low to value_high), and "
    "before advice look at how_sure and track_record. Nothing can be changed here."
)


def mcp(config: Config | str | Path, *, progress: Progress | None = None) -> None:
    """Serve an assistant over standard input and output until it closes them.

    Raises
    ------
    InputError
        The package mcp is not installed, or nothing was scored.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("mcp")
    _check_package()
    refuse_other_base(OutputFolder.of(settings).path, settings.name)
    shelf = Shelf(settings)
    day = shelf.take().as_of
    shown.say(Message.of("Answering an assistant about the scores of {day}.", day=str(day)))
    build_server(shelf).run("stdio")


def build_server(shelf: Shelf) -> "MCPServer[Any]":
    """Return the server of a base's scored days: the newest answers each call."""
    from mcp.server.mcpserver import MCPServer

    name = f"tiercast: {shelf.config.name}"
    made = MCPServer(name, instructions=INSTRUCTIONS, log_level="WARNING")
    answer = _Answers(shelf)
    _add_customers(made, answer)
    _add_groups(made, answer)
    _add_quality(made, answer)
    return made


class _Answers:
    """Answers from the newest scored day; a wrong question is answered with its remedy."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._say = AskedBase(shelf.take()).say  # words for when no day can be read any more

    def __call__(self, find: Callable[[AskedBase], dict[str, Any]]) -> str:
        from mcp.server.mcpserver.exceptions import ToolError

        try:
            found = find(AskedBase(self._shelf.take()))
        except (InputError, FailedError) as error:
            raise ToolError(hide(self._say.translate(error.message))) from error
        return json.dumps(found, default=str, ensure_ascii=False)


def _read_only() -> Any:
    from mcp.types import ToolAnnotations

    return ToolAnnotations(read_only_hint=True, open_world_hint=False)


def _add_customers(made: "MCPServer[Any]", answer: _Answers) -> None:
    @made.tool("customer", annotations=_read_only())
    def one_customer(customer_id: str | int) -> str:
        """Return the score row of one customer by its id, with reasons and the next action."""
        return answer(lambda asked: customer(asked, str(customer_id)))

    @made.tool("lists", annotations=_read_only())
    def all_lists() -> str:
        """Return the names and titles of the lists of customers."""
        return answer(lists_on_offer)

    @made.tool("list", annotations=_read_only())
    def one_list(name: str, first: int = 20) -> str:
        """Return the first customers (at most 100) of a named list, and how many it holds."""
        return answer(lambda asked: customers_of_list(asked, name, first))


def _add_groups(made: "MCPServer[Any]", answer: _Answers) -> None:
    @made.tool("totals", annotations=_read_only())
    def the_totals() -> str:
        """Return customers and expected money of base and tiers, with their 90 % intervals."""
        return answer(totals)

    @made.tool("segments", annotations=_read_only())
    def the_segments() -> str:
        """Return each segment's customers, mean churn risk, money and its 90 % interval."""
        return answer(segments)


def _add_quality(made: "MCPServer[Any]", answer: _Answers) -> None:
    @made.tool("track_record", annotations=_read_only())
    def the_record() -> str:
        """Return predicted against actual figures of past scores, by scored day."""
        return answer(track_record)

    @made.tool("how_sure", annotations=_read_only())
    def the_grades() -> str:
        """Return in words how far the forecasts can be trusted: calibration, intervals, totals."""
        return answer(how_sure)


def _check_package() -> None:
    if importlib.util.find_spec("mcp") is None:
        raise InputError.of(NO_PACKAGE)
