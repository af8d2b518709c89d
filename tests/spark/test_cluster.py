import pandas as pd

from bases import write_base
from tiercast.verbs.features import features


def test_features_are_counted_on_the_cluster(cluster, tmp_path, tenth_tables):
    assert cluster.alive_workers() == 2
    config = write_base(tmp_path / "in", tenth_tables, output={"path": str(tmp_path / "out")})
    here = pd.read_parquet(features(config, "1998-04-01", tmp_path / "here.parquet"))
    there = config.model_copy(update={"engine": cluster.url})
    told = pd.read_parquet(features(there, "1998-04-01", tmp_path / "there.parquet"))
    pd.testing.assert_frame_equal(told, here, rtol=1e-9, atol=0)
