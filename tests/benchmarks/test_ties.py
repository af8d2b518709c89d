from types import SimpleNamespace

import pandas as pd
import pytest


def test_as_many_are_tied_as_by_the_rule(benchmark_module):
    rows = {
        # Three of four bought nothing in the last window, and tie.
        "last_window": [1.0, 1.0, 1.0, 5.0],
        "tiercast": [0.3, 0.2, 0.1, 9.0],
    }
    known = pd.DataFrame(
        {"origin": 1, "contender": name, "expected_value": measured, "value": [0.0, 0.0, 0.0, 7.0]}
        for name, measured in rows.items()
    )
    known = known.explode(["expected_value", "value"], ignore_index=True)
    found = benchmark_module("ties").tied(SimpleNamespace(predictions=known, origins=(1,)))
    assert found["tied by last window"] == 0.75
    assert found["last window"] == found["tiercast, as many tied"] == pytest.approx(1.0)
    # Ranks 3, 2, 1, 4 against 2, 2, 2, 4: squares 3 and 5 around the means, products 3.
    assert found["tiercast"] == pytest.approx(3 / 15**0.5)
