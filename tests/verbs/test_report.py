import datetime as dt
from pathlib import Path

from bases import orders, write_base
from tiercast.verbs import report as report_module
from tiercast.verbs.report import report


def test_days_may_be_text_and_none_means_the_newest(tmp_path, monkeypatch):
    output = tmp_path / "out"
    tables = {"transactions": orders(("a", "2024-01-05", 1.0))}
    config = write_base(tmp_path, tables, output={"path": str(output)})
    for day in ("2024-02-01", "2024-03-01"):
        (output / f"scores/as_of={day}").mkdir(parents=True)
        (output / f"scores/as_of={day}/manifest.json").write_text('{"name": "small"}')
    asked = []

    def fake(settings, as_of):
        asked.append((settings, as_of))
        return Path("report.html")

    monkeypatch.setattr(report_module, "build_report", fake)
    assert report(config, "2024-02-01") == report(config) == Path("report.html")
    assert asked == [(config, dt.date(2024, 2, 1)), (config, dt.date(2024, 3, 1))]
