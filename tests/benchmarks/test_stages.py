import pytest


@pytest.fixture(scope="module")
def stages(benchmark_module):
    return benchmark_module("stages")


def row(stages, limit, *, at_least=False):
    figure = stages.faster if at_least else stages.slower
    return stages.Stage("it", "ours", "bare", figure, "x", limit, at_least=at_least)


@pytest.mark.parametrize(("figure", "holds"), [(11.9, True), (12.0, True), (12.1, False)])
def test_a_ratio_may_reach_its_limit_and_no_more(stages, figure, holds):
    assert row(stages, 12).holds(figure) is holds


@pytest.mark.parametrize(("figure", "holds"), [(7.9, False), (8.0, True), (8.1, True)])
def test_a_speed_up_must_reach_its_limit(stages, figure, holds):
    assert row(stages, 8, at_least=True).holds(figure) is holds


def test_figures_by_hand(stages):
    ours = {"seconds": 3.0, "peak_mb": 2048, "parameters": [1.0, 2.02], "first": [[0.5, 1.0]]}
    bare = {"seconds": 1.5, "peak_mb": 1024, "parameters": [1.0, 2.0], "first": [[0.5, 0.75]]}
    assert (stages.slower(ours, bare), stages.faster(ours, bare)) == (2.0, 0.5)
    assert (stages.larger(ours, bare), stages.peak_gb(ours, bare)) == (2.0, 2.0)
    assert stages.apart(ours, bare) == pytest.approx(1.0)
    assert stages.spread(ours, bare) == 0.25


def test_ten_times_the_rows_in_ten_times_the_time_grow_with_exponent_one(stages):
    growth, _ = stages.growth_stages(10)
    assert growth.figure({"seconds": 30.0}, {"seconds": 3.0}) == pytest.approx(1.0)
    assert (growth.limit, growth.aim) == (1.2, 1.1)


def test_every_stage_is_run(benchmark_module, stages, tmp_path):
    speed = benchmark_module("speed")
    sizes = speed.parsed(["--demo", "--big"])
    named = {name for runs in speed.rounds_of_runs(tmp_path, sizes) for name in runs}
    rows = [*stages.STAGES, stages.DEMO, *stages.growth_stages(10)]
    needed = {name for stage in rows for name in (stage.ours, stage.baseline) if name}
    assert needed <= named | {"score_baseline"}
    jobs = {job.__name__ for job in benchmark_module("jobs").JOBS}
    runs = [run for turns in speed.rounds_of_runs(tmp_path, sizes) for run in turns.values()]
    assert {run.job for run in runs} <= jobs
