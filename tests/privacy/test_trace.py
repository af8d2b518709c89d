"""An id is found however it is written, and a number that is no id is not."""

import pyarrow as pa
import pytest

from tiercast.privacy.arrow_rows import rows_of
from tiercast.privacy.trace import Trace

MAIL = Trace("Anna.Müller@web.de")


@pytest.mark.parametrize(
    "text",
    [
        "Customer 'Anna.Müller@web.de' left.",
        '{"id": "anna.m\\u00fcller@web.de"}',
        "/customers/Anna.M%C3%BCller%40web.de",
        "客户Anna.Müller@web.de的订单",
    ],
)
def test_an_id_is_found_in_every_spelling(text):
    assert MAIL.is_in(text) or Trace("anna.müller@web.de").is_in(text)


@pytest.mark.parametrize("text", ["c0003", "(c0003)", '"c0003"', "客户c0003的"])
def test_a_word_is_found_whatever_stands_beside_it(text):
    assert Trace("c0003").is_in(text)


@pytest.mark.parametrize("text", ["c00031", "xc0003", "C0003"])
def test_other_ids_are_not(text):
    assert not Trace("c0003").is_in(text)


@pytest.mark.parametrize(
    "text",
    ['"customer_id": 12', "Customer 12,", "customer_id=12", "客户 12 的", '"household": 12'],
)
def test_a_number_is_an_id_where_a_word_says_so(text):
    assert Trace("12", own_names=["household"]).is_in(text)


@pytest.mark.parametrize("text", ['"customers": 12', '"rows": 12', "12", '"customer_id": 120'])
def test_elsewhere_a_number_is_a_count(text):
    assert not Trace("12").is_in(text)


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.string(), pa.large_string()])
def test_rows_are_found_by_their_id_whatever_its_type(kind):
    ids = pa.array([11, 12, None]).cast(kind)
    assert rows_of(
        pa.table({"customer_id": ids, "orders": [12, 1, 12]}), Trace("12")
    ).to_pylist() == [
        False,
        True,
        False,
    ]


def test_rows_are_found_by_texts_inside_lists_and_structs():
    reasons = pa.array([[{"text": "brought by c0003"}], [], None, [{"text": "c00031"}]])
    found = rows_of(
        pa.table({"customer_id": ["a", "b", "c", "d"], "reasons": reasons}), Trace("c0003")
    )
    assert found.to_pylist() == [True, False, False, False]
