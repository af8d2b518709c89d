"""Made-up campaigns with a known effect."""

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.campaigns.trial import Trial

ARMS = ("control", "mail", "call")
COSTS = (0.0, 0.2, 1.0)


def true_means(matrix: FloatArray) -> FloatArray:
    """Return the mean outcome of each customer by arm: a mail helps few, a call helps others."""
    base = 1 + matrix[:, 1]
    mail = np.where(matrix[:, 0] > 0.5, 1.0, -0.5)
    return np.column_stack([base, base + mail, base + 2 * matrix[:, 1]])


def drawn_trial(customers: int, seed: int, effect: float = 1.0) -> Trial:
    """Return a trial whose arms are drawn with equal chances; `effect` scales what they change."""
    generator = np.random.default_rng(seed)
    matrix = generator.uniform(size=(customers, 3))
    means = true_means(matrix)
    means = means[:, [0]] + effect * (means - means[:, [0]])
    arm = generator.integers(len(ARMS), size=customers)
    outcome = means[np.arange(customers), arm] + generator.normal(size=customers)
    chances = np.full((customers, len(ARMS)), 1 / len(ARMS))
    return Trial(ARMS, arm, outcome, matrix, chances, np.array(COSTS))
