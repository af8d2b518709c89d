import gzip

import pytest

from plain_reading import refused, rows_of

LINES = (
    '{"customer": {"id": "c1", "vip": true}, "at": "2024-01-05", "items": [{"n": 1e2}]}\n'
    '{"customer": {"id": "c2"}, "at": "2024-01-06", "coupon": null, "amount": 2.50}\n'
)
ROWS = [
    {"at": "2024-01-05", "items": '[{"n": 1e2}]', "vip": True, "amount": None},
    {"at": "2024-01-06", "items": None, "vip": None, "amount": 2.5},
]


def written(tmp_path, text, name="orders.json", encoding="utf-8"):
    path = tmp_path / name
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders.jsonl", LINES),
        ("orders.ndjson", LINES.replace("\n", "\r\n\r\n")),
        ("orders.json", LINES),
        ("orders.json", f"[{LINES.strip()}]".replace("\n", ",\n ")),
        ("orders.jsonl.gz", LINES),
        ("orders.json", f'{{"count": 2, "orders": [{LINES.strip()}]}}'.replace("\n", ", ")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_objects_are_rows_and_fields_of_objects_have_dots(tmp_path, name, text, encoding):
    rows, _ = rows_of(written(tmp_path, text, name, encoding))
    assert [row["customer.id"] for row in rows] == ["c1", "c2"]
    seen = [{**row, "vip": row["customer.vip"]} for row in rows]
    assert [{key: row[key] for key in ROWS[0]} for row in seen] == ROWS


def test_ids_stay_as_written(tmp_path):
    text = (
        '[{"customer_id": 1e3, "order": {"id": 12345678901234567890}},'
        '{"customer_id": 1000, "order": {"id": 12345678901234567891}}]'
    )
    rows, _ = rows_of(written(tmp_path, text), columns={"order_id": "order.id"})
    assert [(row["customer_id"], row["order.id"]) for row in rows] == [
        ("1000", "12345678901234567891"),
        ("1e3", "12345678901234567890"),
    ]


def test_objects_over_the_pieces_of_a_long_file_are_whole(tmp_path):
    lines = "".join(f'{{"customer_id": {n}, "note": "{"x" * 300}"}}\n' for n in range(9_000))
    rows, _ = rows_of(written(tmp_path, lines, "orders.jsonl"))
    assert sorted(row["customer_id"] for row in rows) == list(range(9_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a": 1}, {"a": ', "object 2 is no JSON"),
        ('[{"a": 1}', "object 2 is no JSON"),
        ('{"a": 1}\nxx\n{"a": 2}\n', "object 2 is no JSON"),
        ("[1, 2]", "value 1 is 1, but each row must be an object"),
        ('["a"]', 'value 1 is "a", but'),
        ("", "holds no rows"),
        ("[]", "holds no rows"),
    ],
)
def test_what_holds_no_objects_is_refused_by_name(tmp_path, text, expected):
    path = written(tmp_path, text)
    message = refused(path)
    assert message.startswith(f"{path}: ")
    assert expected in message
