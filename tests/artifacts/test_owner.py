import json

import pytest

from tiercast.artifacts.owner import OWNER_FILE, claim_output, refuse_other_base
from tiercast.artifacts.run_log import Run, RunLog
from tiercast.config.errors import InputError, OutputError


def test_a_folder_is_its_first_base_s(tmp_path):
    for _ in range(2):
        claim_output(tmp_path / "out", "shop")
    assert json.loads((tmp_path / "out" / OWNER_FILE).read_text()) == {"name": "shop"}
    with pytest.raises(InputError) as told:
        claim_output(tmp_path / "out", "other")
    message = str(told.value)
    assert f"{tmp_path}/out holds the results of shop, and those of other would" in message
    assert "name another `output.path`" in message


def test_what_the_message_says_lets_a_base_change_its_name(tmp_path):
    claim_output(tmp_path, "shop")
    with pytest.raises(InputError, match=r'write \{"name": "boutique"\} into .*/tiercast\.json'):
        refuse_other_base(tmp_path, "boutique")
    (tmp_path / OWNER_FILE).write_text('{"name": "boutique"}')
    claim_output(tmp_path, "boutique")
    with pytest.raises(InputError):
        claim_output(tmp_path, "shop")


def test_a_folder_may_be_moved(tmp_path):
    claim_output(tmp_path / "out", "shop")
    (tmp_path / "out").rename(tmp_path / "moved")
    claim_output(tmp_path / "moved", "shop")


def test_a_folder_from_before_there_were_owners_is_that_of_its_newest_run(tmp_path):
    log = RunLog(tmp_path)
    for name in ("first", "shop"):
        run = Run.begin("score", name)
        log.begin(run)
        log.end(run.end("done", 0))
    with pytest.raises(InputError, match="holds the results of shop"):
        claim_output(tmp_path, "first")
    assert not (tmp_path / OWNER_FILE).exists()
    claim_output(tmp_path, "shop")


def test_looking_leaves_no_trace(tmp_path):
    refuse_other_base(tmp_path / "out", "shop")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["{", "[]", '{"base": "shop"}'])
def test_a_damaged_file_is_told_with_the_remedy(tmp_path, content):
    (tmp_path / OWNER_FILE).write_text(content)
    with pytest.raises(OutputError, match=r"tiercast\.json is damaged \(.*\); write .* into it"):
        claim_output(tmp_path, "shop")
