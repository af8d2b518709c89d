import datetime as dt
from pathlib import Path

from bases import orders, write_base
from tiercast.verbs import report as report_module
from tiercast.verbs.report import report


def test_days_may_be_text_and_none_means_the_newest(tmp_path, monkeypatch):
    config = write_base(tmp_path, {"transactions": orders(("a", "2024-01-05", 1.0))})
    asked = []

    def fake(settings, as_of):
        asked.append((settings, as_of))
        return Path("report.html")

    monkeypatch.setattr(report_module, "build_report", fake)
    assert report(config, "2024-02-01") == report(config) == Path("report.html")
    assert asked == [(config, dt.date(2024, 2, 1)), (config, None)]
