import numpy as np
import pandas as pd

from tiercast.fairness.result import proxies


def customers(n=2000):
    rng = np.random.default_rng(5)
    gender = pd.Series(np.where(rng.random(n) < 0.4, "f", "m"))
    features = pd.DataFrame(
        {
            "noise": rng.normal(size=n),
            "height": rng.normal(size=n) + 2 * (gender == "m"),
            "shop": np.where(rng.random(n) < 0.9, gender, "m"),
            "empty": np.nan,
        }
    )
    return features, {"gender": gender}


def test_what_guesses_a_protected_column_is_named_and_noise_is_not():
    found = proxies(*customers(), seed=7)
    assert found["feature"].tolist() == ["shop", "height"]
    assert found["auc"].between(0.9, 0.96).all()  # height: Phi(2 / sqrt 2) = .921


def test_the_same_seed_gives_the_same_proxies():
    pd.testing.assert_frame_equal(proxies(*customers(), seed=7), proxies(*customers(), seed=7))


def test_tiny_groups_are_not_guessed():
    features, _ = customers(100)
    groups = {"gender": pd.Series(["x"] * 5 + ["y"] * 95)}
    assert proxies(features, groups, seed=7).empty
