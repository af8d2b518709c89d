"""Peak memory of scoring: what a base three times as large adds is a fraction of one batch."""

import importlib.util
import sys

import pytest

from trained_base import CDNOW_DAY

# 47,020 customers at once take about 800, and three times as many 2,400. In batches the latter
# took 117 to 177 more: peaks of the same job differ by 60 from run to run.
FRACTION_MB = 200


@pytest.fixture(scope="module")
def memory(root):
    """Return the benchmark as a module."""
    spec = importlib.util.spec_from_file_location("memory", root / "benchmarks" / "memory.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["memory"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["memory"]


@pytest.mark.slow
def test_a_base_three_times_as_large_takes_a_fraction_of_a_batch_more(memory, tenth, tmp_path):
    lines = tmp_path / "lines.parquet"
    memory.repeat(tenth.folder / "data" / "transactions.parquet", 20, lines)
    sizes = {}
    for times in (1, 3):
        many = tmp_path / f"lines_{times}.parquet"
        memory.repeat(lines, times, many)
        config = memory.write_config(tmp_path, many, f"times_{times}", name=tenth.config.name)
        sizes[times] = memory.run("score", config, tenth.folder)
    assert sizes[1].customers == 20 * tenth.scored.rows
    assert sizes[3].customers == 60 * tenth.scored.rows
    assert CDNOW_DAY.isoformat() == memory.AS_OF
    assert sizes[3].peak_mb < sizes[1].peak_mb + FRACTION_MB
