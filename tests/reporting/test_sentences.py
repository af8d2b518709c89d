"""The sentences of commands: each of the code has a translation, and none is left over."""

import ast
import re
import string
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

import tiercast
from tiercast.campaigns.experiment_rules import EXPERIMENT_RULES
from tiercast.config.kind import EXPERIMENT, KINDS
from tiercast.contract.data_rules import RULES as DATA_RULES
from tiercast.readiness.finding_text import TEXTS as READINESS
from tiercast.readiness.rule import STATES
from tiercast.readiness.rules import RULES as READINESS_RULES
from tiercast.reporting.spoken import sentences
from tiercast.sources.layout import layouts

SOURCES = Path(tiercast.__file__).parent
RULES = (*READINESS_RULES, *EXPERIMENT_RULES)
FILLED = ("Message.of", "InputError.of", "ConfigError.of")
NEEDS = [need for rule in RULES for need in rule.needs]
LAYOUT_TEXTS = {
    text for one in layouts() if not one.refused for text in (one.title, one.money, *one.notes)
}
ROWS = {
    *(text for kind in (*KINDS.values(), EXPERIMENT) for text in kind.refused.values()),
    *LAYOUT_TEXTS,
    *(rule.meaning for rule in RULES),
    *(text for texts in READINESS.values() for text in asdict(texts).values()),
    *(need.remedy for need in NEEDS),
    *(text for rule in DATA_RULES for text in (rule.handling, rule.remedy)),
    *STATES,
}


@cache
def texts_of_code():
    """Return all texts in the code, and those that a call of `FILLED` names."""
    texts, templates = set(), set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in FILLED:
                choices = ast.walk(node.args[0])
                found = (one.value for one in choices if isinstance(one, ast.Constant))
                templates.update(one for one in found if isinstance(one, str) and worded(one))
    return texts, templates


def worded(template):
    """Return whether a template has a word beside its placeholders."""
    return re.search("[a-z]{2}", "".join(text for text, *_ in string.Formatter().parse(template)))


def fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_of_the_code_has_a_translation():
    assert (texts_of_code()[1] | ROWS) - sentences("zh").keys() == set()


def test_every_stage_of_progress_has_a_translation():
    calls = [
        one for path in SOURCES.rglob("*.py") for one in ast.walk(ast.parse(path.read_text()))
    ]
    named = [
        part.value
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".stage")
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    assert named
    assert {one for one in named if worded(one)} - sentences("zh").keys() == set()


def test_every_sentence_is_in_the_code():
    assert sentences("zh").keys() - texts_of_code()[0] - ROWS == set()


@pytest.mark.parametrize("english", sorted(sentences("zh")))
def test_translations_fill_known_placeholders_and_mix_no_languages(english):
    chinese = sentences("zh")[english]
    assert fields(chinese) <= fields(english)
    plain = re.sub(r"`[^`]*`|\{[^}]*\}|--?[a-z-]+", "", chinese)
    named = set(re.findall("[A-Za-z_]{2,}", english)) if english in LAYOUT_TEXTS else set()
    words = set(re.findall("[A-Za-z_]{2,}", plain)) - KEPT - named
    assert not words
    assert not re.search("[一-鿿][,;:?!(]|[,;:?!)][一-鿿]", chinese), "half-width punctuation"


# Names that stay as they are in Chinese: columns, keys, commands, methods, measures.
KEPT = {
    *("as_of", "outlook", "horizon_days", "tiercast", "app", "init", "check", "train", "compare"),
    *("CONFIG", "output", "runs", "Python", "ISO", "CSV", "RFM", "BTYD", "BG", "MBG", "NBD"),
    *("Pareto", "Gamma", "LightGBM", "smearing", "AUC", "ECE", "MAE", "Gini", "PSI"),
    *("Kolmogorov", "Smirnov", "MLflow", "Shapley", "YAML", "UTC", "DATE", "Ctrl", "csv", "xlsx"),
    *("json", "parquet", "orders", "customer_id", "Kaplan", "Meier", "Cox", "Holm", "CUPED"),
    *("DR", "AUUC", "Qini"),
}
