"""The report of a label table says what it is, and has the chapters that apply."""

import re
import shutil

import pytest

from tiercast.verbs.report import report


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, trained_labels, tmp_path_factory):
    source = trained_labels.folder / trained_labels.config.output.path
    folder = shutil.copytree(source, tmp_path_factory.mktemp("report") / "out")
    output = trained_labels.config.output.model_copy(update={"path": str(folder)})
    changed = {"output": output, "language": request.param}
    return report(trained_labels.config.model_copy(update=changed)).read_text(encoding="utf-8")


def test_there_are_the_chapters_that_apply(page):
    assert re.findall(r'<section id="(\w+)"', page) == [
        *("overview", "tiers", "outlook", "actions", "drivers", "quality", "glossary")
    ]


def test_it_says_that_it_is_a_cross_section(page):
    assert "cross-section" in page or "横截面" in page


def test_no_placeholder_is_left(page):
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S))
