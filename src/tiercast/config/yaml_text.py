"""A config's text as plain values: the part of YAML in which every key counts.

The rest of YAML is refused with its line: repeated keys (the last one would win silently), a list
that contains itself, tags. No message quotes a line, since it may contain a password.
"""

import re
from collections.abc import Iterator

import yaml

DEEPEST = 20  # a config has six levels
MOST = 10_000  # values, those of aliases included: aliases of aliases multiply
PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
MERGE = "tag:yaml.org,2002:merge"  # of the key `<<`
QUOTED = re.compile(r" ?'[^'<>]{2,}'")  # words of the text in a message of the parser


class BadText(ValueError):
    """The text is no config; the message has the reason, the line and the remedy."""


def read_yaml(text: str) -> object:
    """Return the values of a YAML text.

    Raises
    ------
    BadText
        The text is not YAML, or more than a config may be.
    """
    try:
        _check_shape(text)
        root = yaml.compose(text, yaml.SafeLoader)
        if root is None:
            return None
        _refuse_repeated(root)
        return _values(root)
    except yaml.MarkedYAMLError as error:
        raise BadText(f"not valid YAML: {_reason(error)}; mend the line") from None
    except yaml.YAMLError as error:  # a sign that no YAML may hold
        raise BadText(f"not valid YAML: {str(error).splitlines()[0]}; take it out") from None


def _check_shape(text: str) -> None:
    """Refuse a text that is too deep, without an end, or with tags."""
    sizes: dict[str, int] = {}  # by anchor, for the values that have ended
    around: list[tuple[str | None, int]] = []  # open values: anchor, and count before them
    count = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            count += _size(str(event.anchor), sizes, around, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = around.pop()
            sizes |= {anchor: count - before} if anchor else {}
        elif isinstance(event, yaml.NodeEvent):
            _refuse_tag(event, line)
            count += 1
            sizes |= {event.anchor: 1} if event.anchor else {}
            if isinstance(event, yaml.CollectionStartEvent):
                around.append((event.anchor, count - 1))
        _refuse_large(len(around), count, line)


def _size(
    anchor: str, sizes: dict[str, int], around: list[tuple[str | None, int]], line: int
) -> int:
    if anchor in [name for name, _ in around]:
        raise BadText(
            f"line {line}: the alias `*{anchor}` stands inside of what it names, which has no "
            "end; write the values out"
        )
    return sizes.get(anchor, 1)  # the parser refuses an unknown alias


def _refuse_tag(event: yaml.NodeEvent, line: int) -> None:
    if getattr(event, "tag", None) not in PLAIN_TAGS:
        raise BadText(f"line {line}: a config has no tags (`!...`); leave it out, or quote")


def _refuse_large(depth: int, count: int, line: int) -> None:
    if depth > DEEPEST:
        raise BadText(
            f"line {line}: nested more than {DEEPEST} levels deep, which no config is; "
            "take brackets or indents out"
        )
    if count > MOST:
        raise BadText(
            f"line {line}: more than {MOST:,} values, which no config has, each alias counted as "
            "what it names; write fewer"
        )


def _refuse_repeated(root: yaml.Node) -> None:
    """Refuse a key that is twice in its mapping: the first would be ignored silently."""
    for place, node in _nodes(root, ""):
        lines: dict[str, int] = {}
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            name, line = _below(place, key), key.start_mark.line + 1
            if name in lines and isinstance(key, yaml.ScalarNode):
                raise BadText(
                    f"key `{name}` is there twice, on line {lines[name]} and line {line}; remove "
                    "one of the two"
                )
            lines[name] = line


def _values(root: yaml.Node) -> object:
    loader = yaml.SafeLoader("")
    try:
        for place, node in _nodes(root, ""):
            if isinstance(node, yaml.ScalarNode):
                _refuse_impossible(loader, place, node)
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _refuse_impossible(loader: yaml.SafeLoader, place: str, node: yaml.ScalarNode) -> None:
    """Refuse an impossible day or number: 2024-02-31, 5,000 digits."""
    try:
        loader.construct_object(node)
    except (ValueError, OverflowError) as error:
        line = node.start_mark.line + 1 if node.start_mark else 0
        raise BadText(
            f"key `{place}`, line {line}: a day or number that cannot be ({error}); mend it, or "
            "put it in quotes"
        ) from None


def _nodes(node: yaml.Node, place: str) -> Iterator[tuple[str, yaml.Node]]:
    """Yield a node and all nodes in it, keys included, each with the key of its place."""
    yield place, node
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _nodes(item, place)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag != MERGE:
                yield from _nodes(key, place)
            yield from _nodes(value, _below(place, key))


def _below(place: str, key: yaml.Node) -> str:
    name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
    return f"{place}.{name}" if place else name


def _reason(error: yaml.MarkedYAMLError) -> str:
    """Return the place and the message of the parser, without words of the text."""
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    message = ", ".join(part for part in (error.context, error.problem) if part)
    return where + QUOTED.sub("", message)
