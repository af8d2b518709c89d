import pytest

from tiercast.alerting.webhook import SentRecord
from tiercast.config.errors import OutputError

KEYS = ["a" * 64, "b" * 64]


def test_what_was_added_is_there_the_next_time(tmp_path):
    path = tmp_path / "sent" / "crm.txt"
    with SentRecord(path) as record:
        assert KEYS[0] not in record
        record.add(KEYS[0])
        assert KEYS[0] in record
    with SentRecord(path) as record:
        record.add(KEYS[1])
    with SentRecord(path) as record:
        assert all(key in record for key in KEYS)


def test_a_line_that_a_killed_run_left_in_part_is_taken_back(tmp_path):
    path = tmp_path / "crm.txt"
    path.write_text(f"{KEYS[0]}\n{KEYS[1][:30]}", encoding="utf-8")
    with SentRecord(path) as record:
        assert KEYS[0] in record
        assert KEYS[1][:30] not in record
        record.add(KEYS[1])
    assert path.read_text(encoding="utf-8").splitlines() == KEYS


def test_a_key_is_on_the_disk_before_the_next_alert(tmp_path):
    path = tmp_path / "crm.txt"
    with SentRecord(path) as record:
        record.add(KEYS[0])
        assert path.read_text(encoding="utf-8") == f"{KEYS[0]}\n"


def test_a_record_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "sent").write_text("in the way", encoding="utf-8")
    with (
        pytest.raises(OutputError, match="could not be written"),
        SentRecord(tmp_path / "sent" / "crm.txt"),
    ):
        pass
