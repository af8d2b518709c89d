from tiercast.config.progress import Progress, Silent


def test_silence_is_a_progress_that_leaves_no_trace(capsys):
    progress: Progress = Silent()
    progress.stage("fit", total=2)
    progress.step("loss .3")
    progress.say("done")
    assert capsys.readouterr() == ("", "")
