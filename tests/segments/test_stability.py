import numpy as np
import pytest

from tiercast.segments.selection import best_jaccard, kmeans_centres, stability


def test_clear_groups_come_back_in_every_resample():
    rng = np.random.default_rng(0)
    positions = np.concatenate([rng.normal(m, 0.1, (80, 2)) for m in (0, 5, 10)])
    centres = kmeans_centres(positions, 3, starts=3, seed=0)
    found = stability(positions, centres, resamples=5, seed=0)
    assert found.adjusted_rand == pytest.approx(1.0)
    assert found.jaccard == pytest.approx([1.0, 1.0, 1.0])


def test_groups_cut_out_of_one_cloud_do_not_come_back():
    positions = np.random.default_rng(0).normal(size=(400, 5))
    centres = kmeans_centres(positions, 6, starts=3, seed=0)
    found = stability(positions, centres, resamples=5, seed=0)
    assert found.adjusted_rand < 0.6
    assert found.jaccard.min() < 0.6


def test_only_the_stable_segment_is_said_to_be_stable():
    rng = np.random.default_rng(0)
    positions = np.concatenate([rng.normal(0, 1, (300, 4)), rng.normal(20, 0.1, (100, 4))])
    centres = kmeans_centres(positions, 5, starts=3, seed=0)
    apart = int(np.argmax(centres[:, 0]))
    found = stability(positions, centres, resamples=5, seed=0).jaccard
    assert found[apart] == pytest.approx(1.0)
    assert np.delete(found, apart).max() < 0.9


def test_a_partition_has_jaccard_1_with_itself_renumbered():
    labels = np.array([0, 0, 1, 2, 2])
    assert best_jaccard(labels, np.array([2, 2, 0, 1, 1]), 3).tolist() == [1, 1, 1]


def test_a_segment_nobody_is_in_has_jaccard_0():
    assert best_jaccard(np.array([0, 0]), np.array([0, 0]), 2).tolist() == [1, 0]
