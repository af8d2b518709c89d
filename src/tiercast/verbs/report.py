"""`tiercast report CONFIG`: the self-contained HTML report of a scored day."""

import datetime as dt
from pathlib import Path

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.reporting.report import build_report
from tiercast.sinks.recorded_run import recorded_here


def report(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> Path:
    """Write the report of a scored day (default: the newest) and return its path.

    Raises
    ------
    InputError
        Nothing was scored (on that day).
    OutputError
        The file cannot be written; the one before is still there.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("report")
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    day = output.scored_day(as_of)
    with recorded_here(settings, "report", shown) as recorded:
        recorded.claim(day)
        shown.stage("write the report")
        return build_report(settings, day)
