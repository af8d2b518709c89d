import pytest

from tiercast.config.yaml_text import BadText, read_yaml


def refused(text):
    with pytest.raises(BadText) as caught:
        read_yaml(text)
    return str(caught.value)


def test_values_are_read():
    assert read_yaml("a: 1\nb: [x, 2.5, yes, 2024-01-05]\n")["b"][:3] == ["x", 2.5, True]
    assert read_yaml("") is None


def test_anchors_and_merges_are_read():
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n"
    assert read_yaml(text) == {"a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["a: &a {b: *a}", "&a [*a]", "a: &a\n  b: [{c: *a}]"])
def test_what_holds_itself_is_refused(text):
    assert "the alias `*a` stands inside of what it names" in refused(text)


@pytest.mark.parametrize("text", ["[" * 3000 + "]" * 3000, "a: " + "{b: " * 21 + "1" + "}" * 21])
def test_what_is_nested_too_deep_is_refused(text):
    assert "line 1: nested more than 20 levels deep" in refused(text)


def test_aliases_of_aliases_do_not_multiply():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "line 5: more than 10,000 values" in refused("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("name: a\nb: 1\nname: c", "name", (1, 3)),
        ("name: a\nname: a", "name", (1, 2)),
        ("a:\n  b: {c: 1,\n    c: 2}", "a.b.c", (2, 3)),
        ("a: [{b: 1, b: 2}]", "a.b", (1, 1)),
    ],
)
def test_a_key_that_is_there_twice_is_named_with_its_lines(text, key, lines):
    first, second = lines
    wanted = (
        f"key `{key}` is there twice, on line {first} and line {second}; remove one of the two"
    )
    assert refused(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "a: postgresql://me:geheim@host/shop\nb: [geheim",
        "a: {connection: postgresql://me:geheim@host/shop, table: [}}",
        "password: *geheim",
        "password: !geheim x",
        "password: @geheim",
        "a: &geheim 1\nb: &geheim 2\n: [",
    ],
)
def test_no_message_quotes_the_text(text):
    message = refused(text)
    assert "geheim" not in message
    assert "line" in message


@pytest.mark.parametrize("value", ["2024-02-31", "9" * 5000, "2024-01-01T00:00:00+99:00"])
def test_days_and_numbers_that_cannot_be_are_named_by_key_and_line(value):
    message = refused(f"a:\n  b: {value}")
    assert message.startswith("key `a.b`, line 2: a day or number that cannot be")


def test_signs_that_no_yaml_holds_are_reported():
    assert "unacceptable character #x0007" in refused("name: a\x07")
