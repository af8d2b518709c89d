import codecs
import gzip

import pytest

from tiercast.contract.errors import DataContractError
from tiercast.sources.encodings import encoding_of

CHINESE = "客户编号,下单日期,金额,城市\n1001,2024-01-05,10.50,北京\n1002,2024-01-06,8,上海\n"
WESTERN = "customer,city\n1,Köln\n2,Málaga\n3,São Paulo\n4,“Größe” – 5 €\n"

GZIPPED = gzip.compress(b"x", mtime=0)  # without the time, the test has one name


def found(tmp_path, content, given=None, name="orders.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return encoding_of(path, name, given)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode("utf-8"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16"),
        (CHINESE.encode("utf-32"), "utf-32"),
        (b"customer,city\n1,K\n".decode().encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("gbk"), "gb18030"),
        (CHINESE.replace("北京", "北京\U00020000").encode("gb18030"), "gb18030"),
        ("id,性别\n1,男\n".encode("gbk"), "gb18030"),
        (WESTERN.encode("windows-1252"), "windows-1252"),
        ("id,city\n1,ESPAÑA\n2,PEÑA ÍÑIGO\n3,¿qué?\n".encode("latin-1"), "windows-1252"),
        ("id;price\n1;3,50\u00a0€\n2;£4\n".encode("windows-1252"), "windows-1252"),
        ("买家,品名\n小明,T恤（红）\n诸葛亮,“L码”\n".encode("gbk"), "gb18030"),
        ("customer\nJürgen\n".encode("latin-1"), "windows-1252"),
        ("customer\nGröße\n".encode("latin-1"), "windows-1252"),
    ],
)
def test_bytes_settle_the_encoding(tmp_path, content, encoding):
    assert found(tmp_path, content) == encoding


def test_an_encoding_far_down_is_found_in_packed_files_too(tmp_path):
    lines = "1,2024-01-05,3\n" * 100_000 + "1,2024-01-05,Köln\n"
    content = gzip.compress(lines.encode("latin-1"), 1)
    assert found(tmp_path, content, name="orders.csv.gz") == "windows-1252"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,city\n1,Москва\n2,Казань\n3,Иван\n", "windows-1251"),
        ("id,city\n1,서울\n2,부산\n3,대구\n", "euc-kr"),
        ("id,city\n1,東京\n2,大阪\n3,名古屋\n", "shift-jis"),
        ("id,city\n1,台北\n2,高雄\n", "big5"),
        ("id,city\n1,Łódź\n2,Wąchock\n", "windows-1250"),
        ("id,city\n1,Köln\n2,Málaga\n", "mac-roman"),
        ("id,city\n1,Köln\n2,Málaga\n", "cp850"),
    ],
)
def test_bytes_of_several_readings_are_refused_with_both_and_read_as_named(
    tmp_path, text, encoding
):
    content = text.encode(encoding)
    with pytest.raises(DataContractError) as caught:
        found(tmp_path, content)
    message = str(caught.value)
    assert message.startswith("orders.csv: cannot be read: byte 0x")
    assert " in gb18030 or " in message
    assert "in windows-1252. Name the right one" in message
    assert found(tmp_path, content, given=encoding) == encoding


def test_the_readings_shown_are_those_that_decode_the_whole_file(tmp_path):
    with pytest.raises(DataContractError) as caught:
        found(tmp_path, "id,city\n1,東京\n2,大阪\n3,名古屋\n".encode("shift-jis"))
    message = str(caught.value)
    assert "'東京' in shift_jis" in message
    assert "euc-kr" not in message


def test_a_few_broken_bytes_in_utf8_are_no_other_encoding(tmp_path):
    content = "id,city\n1,Köln\n2,Málaga\n".encode() + "3,Köln\n".encode("latin-1")
    with pytest.raises(DataContractError, match=r"byte 0xf6 in line 4 is not UTF-8; save it"):
        found(tmp_path, content)


def test_bytes_that_are_not_in_the_encoding_named_are_refused(tmp_path):
    with pytest.raises(DataContractError, match=r"byte 0xf6 in line 2 is not UTF-8"):
        found(tmp_path, "id\nKöln\n".encode("latin-1"), given="utf-8")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\3\4", "a zip archive"),
        (GZIPPED, "a gzip archive"),
        (b"PAR1", "parquet"),
    ],
)
def test_files_of_another_kind_are_named(tmp_path, content, kind):
    with pytest.raises(DataContractError, match=f"it is no text, but {kind}"):
        found(tmp_path, content)
