"""What can be held against the Dockerfile where there is no Docker: its files, lines and names."""

import fnmatch
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "ENTRYPOINT", "CMD"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def instructions():
    """Return the Dockerfile's instructions, word and rest, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def rest_of(word):
    return [rest for found, rest in instructions() if found == word]


COPIED = [name for rest in rest_of("COPY") for name in rest.split()[:-1]]


def tracked(*names):
    """Return the files below some names that git knows or would know, links as links."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *names],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(name) for name in listing.stdout.split("\0") if name]


def is_ignored(path, patterns):
    """Return whether .dockerignore leaves a file, or a folder it lies in, out of the context."""
    places = [str(path), *(str(folder) for folder in path.parents)][:-1]
    return any(
        fnmatch.fnmatch(place, pattern)
        or (pattern.startswith("**/") and fnmatch.fnmatch(place.rpartition("/")[2], pattern[3:]))
        for place in places
        for pattern in patterns
    )


@pytest.fixture(scope="module")
def patterns():
    return (ROOT / ".dockerignore").read_text("utf-8").split()


@pytest.fixture(scope="module")
def image(tmp_path_factory, patterns):
    """Return a folder with what the image gets by COPY, links as they are."""
    folder = tmp_path_factory.mktemp("image")
    for path in tracked(*COPIED):
        if not is_ignored(path, patterns):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path, follow_symlinks=False)
    return folder


def test_its_instructions_are_words_that_docker_knows():
    assert {word for word, _ in instructions()} <= WORDS
    assert instructions()[0][0] == "FROM"


def test_what_it_copies_is_there_and_not_ignored(patterns):
    assert "requirements.lock" in COPIED
    for name in COPIED:
        files = tracked(name)
        assert files, name
        assert [path for path in files if is_ignored(path, patterns)] == []


def test_ignoring_a_folder_ignores_what_lies_in_it(patterns):
    assert is_ignored(Path("runs/shop/scores/manifest.json"), patterns)
    assert is_ignored(Path("src/tiercast/__pycache__/a.pyc"), patterns)
    assert is_ignored(Path("src/tiercast.egg-info/PKG-INFO"), patterns)
    assert not is_ignored(Path("src/tiercast/artifacts/models/a.py"), patterns)


def test_versions_are_those_of_the_lock():
    installs = [rest for rest in rest_of("RUN") if "pip install" in rest]
    assert len(installs) == 2
    assert all("requirements.lock" in rest or "--no-deps" in rest for rest in installs)
    assert "==" not in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_lock_is_made_for_its_python():
    (version,) = re.findall(r"python:(3\.\d+)-", rest_of("FROM")[0])
    assert f"--python-version {version}" in (ROOT / "Makefile").read_text("utf-8")
    assert PROJECT["project"]["requires-python"] == f">={version}"


def test_what_the_package_is_built_from_is_in_the_image(image):
    project = PROJECT["project"]
    for name in (project["readme"], *project["license-files"], "src/tiercast/__init__.py"):
        assert (image / name).is_file()


def test_no_link_in_the_image_leads_nowhere(image):
    links = [path for path in image.rglob("*") if path.is_symlink()]
    assert {path.name for path in links} >= {"cdnow.yaml"}
    for link in links:
        assert link.exists(), f"{link.relative_to(image)} needs {link.readlink()}"
        assert link.resolve().is_relative_to(image.resolve())


def test_every_file_of_the_package_is_installed_with_it(image):
    package = image / "src" / "tiercast"
    (globs,) = PROJECT["tool"]["setuptools"]["package-data"].values()
    taken = {path for pattern in globs for path in package.glob(pattern)}
    others = {path for path in package.rglob("*") if path.is_file() and path.suffix != ".py"}
    assert others - taken == set()


@pytest.mark.parametrize("line", rest_of("RUN"))
def test_each_line_it_runs_is_one_that_a_shell_reads(line):
    read = subprocess.run(["sh", "-n", "-c", line], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr


def test_it_runs_the_command_line_as_a_user_who_may_write_where_it_works():
    (entry,), (user,) = rest_of("ENTRYPOINT"), rest_of("USER")
    assert json.loads(entry)[0] in PROJECT["project"]["scripts"]
    (made,) = [rest for rest in rest_of("RUN") if "useradd" in rest]
    folder = rest_of("WORKDIR")[-1]
    assert f"useradd --create-home {user}" in made
    assert f"--owner {user} {folder}" in made
    order = [word for word, _ in instructions()]
    assert order.index("USER") > max(i for i, word in enumerate(order) if word == "RUN")
