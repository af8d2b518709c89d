"""README and docs are true: their code runs, their links lead somewhere, the reference is new."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from bases import write_base
from tiercast.cli.main import app
from tiercast.config.loading import load_config

ROOT = Path(__file__).parent.parent
# The examples of docs/extending.md are one module, which test_own_plugin.py installs and runs.
PAGES = [
    path.relative_to(ROOT)
    for path in (ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").rglob("*.md")))
    if not {"_build", "extending.md"} & set(path.parts)
]
LINKED = [*PAGES, *map(Path, ("docs/extending.md", "CHANGELOG.md", "SECURITY.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
COMMAND = re.compile(r"^\$ .*?\btiercast ([a-z].*?)(?:\s+#.*)?$", re.MULTILINE)
COMMANDS = typer.main.get_command(app)


ENVIRONMENT = {
    "PGPASSWORD": "secret",
    "CRM_HOOK": "https://hooks.example.com/1",
    "SHOP_DB": "x",
    "SHOP_ID_KEY": "0123456789abcdef",
}


def is_config(example: Example) -> None:
    """Read a YAML block as (part of) a config."""
    least = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}
    block = Path("block.yaml")
    block.write_text(yaml.safe_dump({**least, **yaml.safe_load(example.parsed)}), "utf-8")
    load_config(block)


def has_commands(example: Example) -> None:
    """Check that each command of a console block exists and takes what it is given."""
    for line in COMMAND.findall(example.parsed):
        name, *arguments = shlex.split(line.replace("$(date +%F)", "2026-01-01"))
        COMMANDS.commands[name].make_context(name, arguments).close()


def blocks(path: Path) -> list[Example]:
    """Return a page's code blocks that run here, in order."""
    parsers = [
        PythonCodeBlockParser(),
        CodeBlockParser("yaml", is_config),
        CodeBlockParser("console", has_commands),
        SkipParser(),
    ]
    return list(Sybil(parsers).parse(ROOT / path).examples())


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, tenth_tables):
    """Work in a directory with the configs that the pages name, on every tenth customer.

    The README comes first: it trains and scores what other pages read.
    """
    folder = tmp_path_factory.mktemp("docs")
    config = write_base(folder, tenth_tables, name="cdnow", train={"trials": 0, "snapshots": 3})
    text = yaml.safe_dump(config.model_dump(mode="json", exclude_none=True))
    (folder / "pipelines").mkdir()
    for name in ("cdnow", "orders", "shop"):
        (folder / "pipelines" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "orders.csv").write_text("customer,day,amount\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in PAGES if p.parent.name != "reference" and blocks(p)], ids=str
)
@pytest.mark.usefixtures("workplace")
def test_code_blocks_of_a_page_run(path):
    for example in blocks(path):
        example.evaluate()


@pytest.mark.parametrize("path", LINKED, ids=str)
def test_links_of_a_page_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    dead = [
        target + (f"#{anchor}" if anchor else "")
        for target, anchor in LINK.findall(text)
        if not _leads_somewhere(ROOT / path, target, anchor)
    ]
    assert dead == []


def _leads_somewhere(page: Path, target: str, anchor: str) -> bool:
    file = (page.parent / target) if target else page
    if not file.exists():
        return False
    return not anchor or anchor in _anchors(file.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PAGES


@pytest.mark.parametrize(
    "name",
    ["features.md", "layouts.md"]
    + [f"reference/{n}.md" for n in ("config", "tables", "metrics", "rules", "alerts", "cli")],
)
def test_a_reference_page_is_what_the_code_says(name, reference):
    assert (ROOT / "docs" / name).read_text("utf-8") == reference[name](), "run `make docs`"


def test_every_score_column_is_described():
    import pyarrow as pa

    from tiercast.scoring.columns import score_schema

    text = (ROOT / "docs" / "results.md").read_text("utf-8")
    names = score_schema(pa.int64(), ["top", "none"]).names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_command_and_function_is_in_the_reference():
    import tiercast

    api = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    cli = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    functions = set(tiercast.__all__) - {"__version__"}
    assert {n for n in functions if not re.search(rf":: {n}\n", api)} == set()
    assert {n for n in COMMANDS.commands if f"## `tiercast {n}`" not in cli} == set()


def test_the_chinese_readme_has_the_code_blocks_of_the_english_one():
    def code(name):
        text = (ROOT / name).read_text("utf-8")
        return [
            re.sub(r" +#.*", "", block)
            for block in re.findall(r"```(?:console|python|text)\n(.*?)```", text, re.DOTALL)
        ]

    assert code("README.zh.md") == code("README.md")
