from collections.abc import Iterator

import pytest

from spark_cluster import DEFAULTS, Cluster
from tiercast.sources.spark_session import check_java


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
