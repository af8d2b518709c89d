"""What the repository promises about itself."""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MEGABYTE = 1_000_000
MACHINE_PATH = re.compile(r"(?<![\w.}~-])/(root|work|home/\w+|Users/\w+)/\w")
REGISTRY_HOST = re.compile(
    r"\w+\.pythonhosted\.org|\w://[\w.:/-]+/simple\b|--(extra-)?index-url[ =]\S"
)


@pytest.fixture(scope="module")
def tracked(root):
    """Return the files that git knows, those of a change not yet committed included."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [root / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def lock(root):
    return (root / "requirements.lock").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def pins(lock):
    """Return the requirement of each line of the lock that this interpreter installs."""
    requirements = [Requirement(line) for line in lock]
    here = [r for r in requirements if r.marker is None or r.marker.evaluate()]
    return {canonicalize_name(r.name): r for r in here}


@pytest.fixture(scope="module")
def dependencies(root):
    """Return what pyproject.toml asks for, extras included."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in chain(project["dependencies"], *extras)]


def test_each_line_of_the_lock_pins_a_version_and_nothing_else(lock):
    pin = re.compile(r"[a-z0-9.-]+==[0-9][0-9a-z.]*( ; .+)?")
    assert [line for line in lock if not pin.fullmatch(line)] == []


def test_every_dependency_is_pinned_within_its_bounds(dependencies, pins):
    assert len(dependencies) > 30
    for wanted in dependencies:
        (pinned,) = pins[canonicalize_name(wanted.name)].specifier
        assert wanted.specifier.contains(pinned.version), f"{wanted} is pinned to {pinned}"


def test_each_dependency_is_named_once(dependencies):
    names = [(canonicalize_name(d.name), *sorted(d.extras)) for d in dependencies]
    assert len(names) == len(set(names))


def test_no_tracked_file_is_larger_than_a_megabyte(tracked):
    assert [path for path in tracked if path.stat().st_size > MEGABYTE] == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST], ids=["machine", "registry"])
def test_no_tracked_file_names_a_machine_path_or_a_registry(tracked, pattern):
    texts = ((path, path.read_text(encoding="utf-8", errors="replace")) for path in tracked)
    found = [
        (path.name, match.group()) for path, text in texts for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "open('/" + "root/orders.csv')"),
        (MACHINE_PATH, "/" + "home/ada/orders.csv"),
        (REGISTRY_HOST, "https:/" + "/packages.example.org/simple"),
        (REGISTRY_HOST, "--index" + "-url https"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern, text):
    assert pattern.search(text)


def test_every_package_says_what_it_is_for(root):
    modules = sorted((root / "src" / "tiercast").rglob("*.py"))
    folders = {module.parent for module in modules}
    assert [f for f in folders if not (f / "__init__.py").exists()] == []
    inits = [m for m in modules if m.name == "__init__.py"]
    assert [m for m in inits if not ast.get_docstring(ast.parse(m.read_text("utf-8")))] == []


def test_imports_keep_to_the_layers(root):
    linter = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    run = subprocess.run(
        [sys.executable, "-c", linter], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
