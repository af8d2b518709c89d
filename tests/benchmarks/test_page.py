import pytest


@pytest.fixture(scope="module")
def page(benchmark_module):
    return benchmark_module("page")


@pytest.fixture
def stage(benchmark_module):
    stages = benchmark_module("stages")
    return stages.Stage("ours : bare", "ours", "bare", stages.slower, "x", 12, 8)


def measured(seconds):
    return {
        "ours": {"seconds": seconds, "peak_mb": 512.0},
        "bare": {"seconds": 0.25, "peak_mb": 85.0},
    }


def test_a_row_tells_figure_limit_aim_and_verdict(page, stage):
    assert page.ratios([stage], measured(2.5)).splitlines()[-1] == (
        "| ours : bare | 2.50 s, 512 MB | 0.25 s, 85 MB | 10 x | at most 12 x | 8 | pass |"
    )


def test_what_falls_short_is_named(page, stage):
    assert page.short([stage], measured(2.5)) == []
    assert page.short([stage], measured(3.5)) == [stage]
    assert page.ratios([stage], measured(3.5)).endswith("| **falls short** |")


def test_the_page_has_sizes_versions_and_every_run(page, stage):
    text = page.page([stage], measured(2.5), {"features": "10 lines"})
    for part in ("* features: 10 lines", "duckdb ", "lightgbm ", "| `bare` | 0.25 | 85 |"):
        assert part in text
