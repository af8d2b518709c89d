from pathlib import Path

import pytest

from bases import opened
from tiercast.monitoring.batches import Batch
from tiercast.snapshots.activity import build_activity
from tiny_batch import Output, orders


@pytest.fixture
def base(tmp_path):
    """Return the shop with its orders, in an engine."""
    with opened(
        tmp_path / "data",
        {"transactions": orders()},
        outlook={"horizon_days": 30},
        output={"path": str(tmp_path / "out")},
    ) as opened_base:
        yield opened_base


@pytest.fixture
def activity(base):
    return build_activity(base.connection, base.tables, base.config)


@pytest.fixture
def output(base) -> Output:
    return Output(Path(base.config.output.path), base.config)


@pytest.fixture
def batch(output) -> Batch:
    return output.write()
