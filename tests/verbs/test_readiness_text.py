from ready import READY, but
from tiercast.readiness.judgement import judge
from tiercast.verbs.readiness_text import readiness_text


def test_the_section_holds_verdict_table_and_remedies():
    text = readiness_text(judge(but(span={"wanted_cutoffs": 9})))
    assert text.startswith("## Ready to train as of 2024-07-01?\n\nReady to train as of ")
    assert "| cutoffs | 8 | at least 9 | warning | past days to learn from |" in text
    assert text.endswith("or ask for fewer `train.snapshots`.\n")


def test_what_is_ready_needs_no_remedies():
    assert "- " not in readiness_text(judge(READY)).replace("---", "")
