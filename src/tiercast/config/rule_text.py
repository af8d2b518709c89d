"""Broken rules of settings in plain words: the key, the rule, the value and the remedy."""

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from tiercast.config.nearest import nearest

MUST = re.compile(r"^(Input|String|List|Tuple|Dictionary|Set|Value) should ")
PLAIN = {
    r"match pattern '\^\[a-z\]\[a-z0-9_\]\*\$'": "be small letters, digits and _, a letter first",
    r"be a valid dictionary.*": "be a mapping of keys",
    r"be a valid (list|tuple)": "be a list",
    r"be a valid string": "be text",
    r"be a valid integer, unable to parse.*": "be a whole number",
    r"be a valid number, unable to parse.*": "be a number",
    r"be a valid boolean.*": "be true or false",
}


def own(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Return the errors without lists that are too short only since an item was refused."""
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(place[:-1][: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def problem(detail: ErrorDetails, model: object, whole: str = "config") -> str:
    """Return an error in words.

    `model` is the type of the settings, for the keys there are; `whole` what they are called.
    """
    key = ".".join(str(part) for part in detail["loc"] if part != "[key]") or whole
    if detail["type"] == "extra_forbidden":
        return f"unknown key `{key}`; {_nearest(detail['loc'], model)}"
    if detail["type"] == "missing":
        return f"key `{key}` is missing; add it."
    return f"`{key}`: {rule_of(detail)}"


def rule_of(detail: ErrorDetails) -> str:
    """Return the broken rule and the value given, without the key."""
    text = detail["msg"].removeprefix("Value error, ")
    if text.endswith(("...", "?")):
        return text
    text = MUST.sub("must ", text.removesuffix("."))
    for pattern, words in PLAIN.items():
        text = re.sub(pattern, words, text)
    given = detail["input"]
    if isinstance(given, dict | BaseModel) or "but got" in text or text.startswith(repr(given)):
        return f"{text}."
    return f"{text}, but got {given!r}."


def _nearest(loc: tuple[int | str, ...], model: object) -> str:
    valid = _keys(_inner(model, loc[:-1]))
    if near := nearest(str(loc[-1]), valid):
        return f"did you mean `{near}`?"
    return f"valid keys here: {', '.join(valid)}."


def _inner(model: object, loc: Sequence[int | str]) -> object:
    """Return the type at a place within settings."""
    if not loc:
        return model
    first, *rest = loc
    for one in _choices(model):
        if isinstance(one, type) and issubclass(one, BaseModel):
            by_name = {f.alias or name: f.annotation for name, f in one.model_fields.items()}
            if first in by_name:
                return _inner(by_name[str(first)], rest)
        elif args := get_args(one):  # a list or a mapping: its values
            inner = args[1] if get_origin(one) is not tuple and len(args) > 1 else args[0]
            return _inner(inner, rest)
    return None


def _choices(model: object) -> list[Any]:
    """Return the types of a union, without None and without what annotates them."""
    args = [one for one in get_args(model) if one is not type(None)]
    is_one = get_origin(model) in (tuple, list, dict, Literal) or not args
    is_mapping = get_origin(model) is not None and hasattr(get_origin(model), "keys")
    if is_one or is_mapping:
        return [model]
    return [choice for one in args for choice in _choices(one)]


def _keys(model: object) -> list[str]:
    """Return the keys that settings or a mapping with known keys allow."""
    for one in _choices(model):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return [field.alias or name for name, field in one.model_fields.items()]
        args = get_args(one)
        if args and get_origin(args[0]) is Literal:
            return list(map(str, get_args(args[0])))
    return []
