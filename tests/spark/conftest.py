import datetime as dt
import shutil
from collections.abc import Iterator

import pytest

from spark_cluster import DEFAULTS, Cluster
from tiercast.config.alerts import AlertsConfig
from tiercast.config.schema import DUCKDB, Config
from tiercast.scoring.score import score
from tiercast.sources.spark_session import check_java
from trained_base import SHOP_DAY, TrainedBase, working_in

EARLIER_DAY = SHOP_DAY - dt.timedelta(days=60)  # its horizon of 45 days has passed
CONDITIONS = {"busy": ("orders_90d", ">=", 3), "northern": ("region", "==", "north")}
WATCHED = AlertsConfig.model_validate(
    {
        "rules": [
            {
                "name": name,
                "meaning": name,
                "when": [dict(zip(("column", "operator", "value"), condition, strict=True))],
            }
            for name, condition in CONDITIONS.items()
        ]
    }
)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a cluster of a master and a worker; without Java, fail with the remedy."""
    check_java()
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "spark-defaults.conf").write_text(DEFAULTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        started = Cluster.start(folder)
        try:
            started.add_worker()
            yield started
        finally:
            started.stop()


@pytest.fixture
def two_workers(cluster: Cluster) -> Iterator[Cluster]:
    """Return the cluster with a second worker, which costs each job an executor more."""
    cluster.add_worker()
    yield cluster
    while len(cluster.workers) > 1:
        cluster.lose(cluster.workers[-1])


@pytest.fixture(scope="session")
def second_days(
    trained_shop: TrainedBase, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Config, Config]]:
    """Return the shop's config on one machine and on the cluster, each with two scored days.

    The shop has every table and text ids; its scores have hysteresis, and rules of alerts over
    a feature and over a profile column. One machine scores the earlier day of both.
    """
    folder = tmp_path_factory.mktemp("second_days")
    config = trained_shop.config
    tiers = config.tiers.model_copy(update={"hysteresis": 0.2})
    config = config.model_copy(update={"tiers": tiers, "alerts": WATCHED})
    here, there = (
        config.model_copy(update={"engine": engine, "output": {"path": str(folder / name)}})
        for name, engine in (("here", DUCKDB), ("there", cluster.url))
    )
    with working_in(trained_shop.folder):
        evaluation = trained_shop.folder / config.output.path / "evaluation"
        shutil.copytree(evaluation, folder / "here" / "evaluation")
        score(here, EARLIER_DAY, model_version="1")
        shutil.copytree(folder / "here", folder / "there")
        score(here, SHOP_DAY)
        score(there, SHOP_DAY)
        yield here, there
