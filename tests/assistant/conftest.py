"""A client of the server, each over the stdin and stdout of a process of its own."""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tiercast.config.schema import Config
from trained_base import TrainedBase


def ask(config: Config, folder: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Return the results of calls of tools, all by one process that serves a base."""
    try:
        from mcp import Client, StdioServerParameters
    except ModuleNotFoundError:
        pytest.fail("These tests need the package mcp; run `pip install 'tiercast[mcp]'`.")
    text = yaml.safe_dump(config.model_dump(mode="json", exclude_none=True))
    (folder / "asked.yaml").write_text(text, encoding="utf-8")
    arguments = ["-m", "tiercast.cli.main", "mcp", "asked.yaml"]
    server = StdioServerParameters(
        command=sys.executable, args=arguments, env={**os.environ}, cwd=folder
    )

    async def talk() -> list[Any]:
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            return [tools, *[await client.call_tool(name, given) for name, given in calls]]

    # In a thread of its own: where a browser's tests ran before, a loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk()).result()


@dataclass(frozen=True)
class Told:
    """The tools of a server and its answers by what was asked."""

    tools: list[Any]
    answers: dict[str, Any]
    errors: dict[str, str]


QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "customer": ("customer", {"customer_id": "10"}),
    "by number": ("customer", {"customer_id": 10}),
    "nobody": ("customer", {"customer_id": "nobody"}),
    "lists": ("lists", {}),
    "list": ("list", {"name": "everyone", "first": 3}),
    "no list": ("list", {"name": "winback"}),
    "too many": ("list", {"name": "everyone", "first": 101}),
    "totals": ("totals", {}),
    "segments": ("segments", {}),
    "track_record": ("track_record", {}),
    "how_sure": ("how_sure", {}),
}


def told_by(base: TrainedBase, customer_id: str, **report: object) -> Told:
    """Return what the server of a base says to all questions."""
    shown = base.config.report.model_copy(update=report)
    config = base.config.model_copy(update={"report": shown})
    questions = {**QUESTIONS, "customer": ("customer", {"customer_id": customer_id})}
    tools, *results = ask(config, base.folder, *questions.values())
    texts = {
        name: (one.is_error, one.content[0].text)
        for name, one in zip(questions, results, strict=True)
    }
    return Told(
        tools,
        {name: json.loads(text) for name, (wrong, text) in texts.items() if not wrong},
        {name: text for name, (wrong, text) in texts.items() if wrong},
    )


@pytest.fixture(scope="session")
def told(trained_tenth: TrainedBase) -> Told:
    """Return what an assistant is told about CDNOW's tenth, ids masked."""
    return told_by(trained_tenth, str(trained_tenth.scores["customer_id"][0]))


@pytest.fixture(scope="session")
def told_of_shop(trained_shop: TrainedBase) -> Told:
    """Return what an assistant is told about the shop in Chinese, with ids in full."""
    customer_id = str(trained_shop.scores["customer_id"][0])
    return told_by(trained_shop, customer_id, ids="full", small_cells=100_000)
