import pandas as pd

from tiercast.formats import Formats
from tiercast.reporting.share_bars import share_bars, with_shares


def test_bars_stand_in_the_order_given_and_say_their_share():
    figure = share_bars(
        ["Top", "Rest"], [("people", [0.2, 0.8]), ("money", [0.65, 0.35])], Formats()
    )
    assert [trace["name"] for trace in figure["data"]] == ["people", "money"]
    assert list(figure["data"][1]["text"]) == ["65%", "35%"]
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"


def test_a_sum_that_is_not_positive_has_no_shares():
    table = with_shares(pd.DataFrame({"value": [5.0, -5.0]}), ["value"])
    assert table["value_share"].tolist() == [0.0, 0.0]
