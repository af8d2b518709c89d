from collections.abc import Iterator

import pytest

from spark_bases import Some, train_on_some
from spark_cluster import DEFAULTS, Cluster
from tiercast.config.schema import Config
from tiercast.sources.samples import sample_path
from tiercast.sources.spark_session import check_java
from trained_base import CDNOW_DAY


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a cluster of a master and two workers; without Java, fail with the remedy."""
    check_java()
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "spark-defaults.conf").write_text(DEFAULTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        started = Cluster.start(folder)
        try:
            started.add_worker()
            started.add_worker()
            yield started
        finally:
            started.stop()


@pytest.fixture(scope="session")
def cdnow(samples: object, tmp_path_factory: pytest.TempPathFactory) -> Some:
    """Return all of CDNOW."""
    columns = {"ordered_at": "date", "amount": "dollar_value", "quantity": "cds"}
    path = str(sample_path("sample://cdnow/transactions.parquet"))
    config = Config.model_validate(
        {
            "name": "cdnow",
            "sources": {"transactions": {"path": path, "columns": columns}},
            "train": {"snapshots": 3},
        }
    )
    return train_on_some(tmp_path_factory.mktemp("cdnow"), config, CDNOW_DAY)
