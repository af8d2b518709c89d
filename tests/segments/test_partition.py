import numpy as np
import pytest

from tiercast.segments.selection import kmeans_centres, nearest


def blobs(sizes, seed=0):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(10.0 * n, 0.5, (size, 2)) for n, size in enumerate(sizes)]
    return np.concatenate(parts)


def test_the_biggest_cluster_comes_first():
    centres = kmeans_centres(blobs([30, 90, 60]), 3, starts=3, seed=1)
    assert centres[:, 0] == pytest.approx([10, 20, 0], abs=0.3)


def test_the_same_seed_gives_the_same_bits():
    positions = np.random.default_rng(2).normal(size=(3000, 6))
    first, second = (kmeans_centres(positions, 5, starts=2, seed=3) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_fewer_distinct_customers_than_clusters_are_a_cluster_each():
    positions = np.array([[1.0], [1.0], [2.0]])
    assert kmeans_centres(positions, 5, starts=1, seed=0).tolist() == [[1.0], [2.0]]


def test_customers_without_any_feature_are_one_cluster():
    assert kmeans_centres(np.zeros((4, 0)), 3, starts=1, seed=0).shape == (1, 0)


def test_the_nearest_centre_is_the_label():
    assert nearest(np.array([[0.0], [9.0]]), np.array([[10.0], [1.0]])).tolist() == [1, 0]
