"""The encoding of a text file, by its bytes; an error if they have two readings.

A mark at the start means UTF-8, UTF-16 or UTF-32; text that is valid UTF-8 is UTF-8. In other text
each run of bytes beyond ASCII is checked: Chinese in GB18030 has pairs of bytes in the zone of
its common characters, Western text in Windows-1252 has single letters between ASCII ones.
"""

import codecs
import gzip
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from tiercast.contract.errors import DataContractError

UTF8, UTF8_MARKED, GB18030, WESTERN = "utf-8", "utf-8-sig", "gb18030", "windows-1252"
# Others that a message shows, if they can decode the file: its reader knows the language.
OTHERS = ("shift_jis", "euc-kr", "big5", "windows-1250", "windows-1251")
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, UTF8_MARKED),
)
# The first bytes of files of other kinds, and the name of each kind.
NO_TEXT = (
    (b"PK\x03\x04", "a zip archive or a workbook (.zip, .xlsx, .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive (.csv.gz)"),
    (b"PAR1", "parquet (.parquet)"),
)
CHUNK = 1 << 20
SURE = 0.9  # share of runs that must fit one reading
CLEARLY = 0.5  # by how much fewer fit the other
ENOUGH_RUNS = 20_000
COMMON = 0.3  # share of characters that any Chinese text has from the list below
FOUR_BYTES = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")  # GB18030's rarest characters
BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
ASCII_LETTER = re.compile(rb"[A-Za-z]")
LETTERS = bytes(set(range(0xC0, 0x100)) - {0xD0, 0xD7, 0xDE, 0xF0, 0xF7, 0xFD, 0xFE}) + b"\x9c\x8c"
SIGNS = b"\x80\x85\x91\x92\x93\x94\x96\x97\x99\xa0\xa1\xa3\xa5\xa7\xa9\xaa\xab\xae\xb0\xb2\xb4"
SIGNS += b"\xb7\xba\xbb\xbd\xbf"
APOSTROPHE, NO_BREAK = b"\x92", b"\xa0"
FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前"
    "开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最"
    "客户订单号名称商品编码数量价格金额支付状态买卖家店铺收货址省市区县路街电话手邮件类型付款退优惠"
    "券运费发快递微信宝淘京东会员等级注册城男女王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗伟芳娜秀英敏静"
    "丽强磊洋艳勇军杰娟涛超红色白黑蓝衣鞋裤包北南西广深海京州江浙苏川湖河山福建安元件套装新款总合计"
)


def encoding_of(file: Path, name: str, given: str | None = None) -> str:
    """Return the name of a text file's encoding; `given` is that of the config.

    Raises
    ------
    DataContractError
        The file is no text, is not in the encoding given, or its bytes have two readings.
    """
    with reading_bytes(file, name) as handle:
        head = handle.read(4096)
    _refuse_other_kinds(head, name)
    found = _marked(head) or given or _unmarked_wide(head) or UTF8
    bad = first_bad_byte(file, name, found)
    if bad is None:
        return found
    if found != UTF8 or given:
        raise DataContractError(_undecodable(name, found, bad))
    return _settled(file, name, bad)


def first_bad_byte(file: Path, name: str, encoding: str) -> str | None:
    """Return the first byte that an encoding cannot decode, and its line; None: there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with reading_bytes(file, name) as handle:
        for chunk in (*_chunks(handle), None):
            try:
                line += decoder.decode(chunk or b"", final=chunk is None).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                return f"byte 0x{error.object[error.start]:02x} in line {line}"
    return None


@contextmanager
def reading_bytes(file: Path, name: str) -> Iterator[BinaryIO]:
    """Open a file's bytes, unpacked if it is gzip; errors of the disk name the file.

    Raises
    ------
    DataContractError
        The file cannot be read or unpacked.
    """
    unpacked = gzip.open if file.suffix.lower() == ".gz" else Path.open
    try:
        with unpacked(file, "rb") as handle:
            yield cast(BinaryIO, handle)
    except (OSError, EOFError) as error:
        raise DataContractError(f"{name}: cannot be read: {error}; export it again.") from error


def _chunks(handle: BinaryIO) -> Iterator[bytes]:
    while chunk := handle.read(CHUNK):
        yield chunk


def _refuse_other_kinds(head: bytes, name: str) -> None:
    for mark, kind in NO_TEXT:
        if head.startswith(mark):
            raise DataContractError(
                f"{name}: cannot be read: it is no text, but {kind}; name it so, or export it "
                "again as CSV."
            )


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)


def _unmarked_wide(head: bytes) -> str | None:
    """Return UTF-16 if every other byte of the first line is zero, as in Western text."""
    line = head[: head.find(b"\n") // 2 * 2]
    for encoding, zeros, others in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if line and not any(line[zeros::2]) and all(line[others::2]):
            return encoding
    return None


def _settled(file: Path, name: str, bad: str) -> str:
    """Return GB18030 or Windows-1252 for text that is not UTF-8, if only one is plausible."""
    if _mostly_utf8(file, name):
        raise DataContractError(_undecodable(name, UTF8, bad))
    runs, example = _runs(file, name)
    fits = {GB18030: _share_chinese(runs), WESTERN: _share_western(runs)}
    for encoding, other in ((GB18030, WESTERN), (WESTERN, GB18030)):
        sure = fits[encoding] >= SURE and fits[other] <= fits[encoding] - CLEARLY
        if sure and first_bad_byte(file, name, encoding) is None:
            return encoding
    others = [way for way in OTHERS if first_bad_byte(file, name, way) is None]
    ways = (GB18030, *others, WESTERN)
    shown = " or ".join(f"{example.decode(way, 'replace')!r} in {way}" for way in ways)
    raise DataContractError(
        f"{name}: cannot be read: {bad} is not UTF-8, and its bytes leave more than one reading: "
        f"{shown}. Name the right one, be it another, as `encoding: {GB18030}` in the config "
        "(`--encoding` of init), or save the file as UTF-8."
    )


def _mostly_utf8(file: Path, name: str) -> bool:
    """Return whether most runs beyond ASCII are valid UTF-8, so that few bytes are broken."""
    runs, _ = _runs(file, name)
    valid = sum(_is_utf8(run) for run, _before, _after in runs)
    return valid * 2 > len(runs)


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _runs(file: Path, name: str) -> tuple[list[tuple[bytes, bytes, bytes]], bytes]:
    """Return runs of bytes beyond ASCII with the bytes beside them, and a field that has one."""
    runs: list[tuple[bytes, bytes, bytes]] = []
    example = b""
    with reading_bytes(file, name) as handle:
        for chunk in _chunks(handle):
            # A run ends with its line.
            whole = FOUR_BYTES.sub(b"", chunk + handle.readline(CHUNK))
            for found in BEYOND_ASCII.finditer(whole):
                begin, end = found.span()
                beside = whole[max(begin - 1, 0) : begin], whole[end : end + 1]
                runs.append((found.group(), *beside))
                example = example or _field_around(whole, begin, end)
            if len(runs) >= ENOUGH_RUNS:
                break
    return runs, example


def _field_around(text: bytes, begin: int, end: int) -> bytes:
    before = re.split(rb'[,;\t|"\r\n]', text[max(begin - 40, 0) : begin])[-1]
    after = re.split(rb'[,;\t|"\r\n]', text[end : end + 40])[0]
    return before + text[begin:end][:60] + after


def _share_chinese(runs: Sequence[tuple[bytes, bytes, bytes]]) -> float:
    """Return the share of runs with common Chinese pairs alone; 0 without a frequent character.

    Korean and Japanese text has pairs in the same zone, but other characters in it.
    """
    fitting = [run for run, before, after in runs if _is_chinese(run, before, after)]
    signs = Counter("".join(run.decode(GB18030) for run in fitting))
    written = sum(n for sign, n in signs.items() if "\u4e00" <= sign <= "\u9fff")
    frequent = sum(n for sign, n in signs.items() if sign in FREQUENT)
    return len(fitting) / len(runs) if frequent >= COMMON * written and frequent else 0.0


def _is_chinese(run: bytes, before: bytes, after: bytes) -> bool:
    pairs = list(zip(run[::2], run[1::2], strict=False))
    inside_word = len(run) == 2 and _are_letters(before, after)
    zone = all((0xA1 <= a <= 0xA9 or 0xB0 <= a <= 0xF7) and 0xA1 <= b <= 0xFE for a, b in pairs)
    return len(run) % 2 == 0 and zone and not inside_word


def _share_western(runs: Sequence[tuple[bytes, bytes, bytes]]) -> float:
    return sum(_is_western(*run) for run in runs) / len(runs)


def _is_western(run: bytes, before: bytes, after: bytes) -> bool:
    """Return whether a run is a letter, or two beside a word's others, or signs beside words."""
    core = run.strip(SIGNS)
    if not core:
        in_word = _are_letters(before, after) and run[0] not in APOSTROPHE
        return not in_word and (len(run) == 1 or (len(run) == 2 and NO_BREAK in run))
    left, _, right = run.partition(core)
    ends = ((before, left[-1:]), (after, right[:1]))  # what is outside, and the sign before it
    parted = any(_are_letters(out) and sign.strip(APOSTROPHE) for out, sign in ends)
    beside = any(_are_letters(out) and not sign for out, sign in ends)
    letters = all(byte in LETTERS for byte in core)
    return letters and not parted and (len(core) == 1 or (len(core) == 2 and beside))


def _are_letters(*beside: bytes) -> bool:
    return all(ASCII_LETTER.fullmatch(one) for one in beside)


def _undecodable(name: str, encoding: str, bad: str) -> str:
    return (
        f"{name}: cannot be read: {bad} is not {encoding.upper()}; save it as UTF-8, or name its "
        "`encoding` in the config."
    )
