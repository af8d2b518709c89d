"""Lines of two files of a folder, one of which has a column more."""

import pandas as pd

from tiercast.config.schema import Config
from tiercast.sources.canonical import open_base

OLDER = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b"],
        "ordered_at": ["2024-01-05", "2024-02-05", "2024-02-05"],
        "amount": [5.0, 7.0, 7.0],
        "order_id": ["o1", "o2", "o3"],
    }
)
NEWER = pd.DataFrame(
    {
        "customer_id": ["b", "a", "c"],
        "ordered_at": ["2024-02-05", "2024-02-05", "2024-03-05"],
        "amount": [7.0, 7.0, 9.0],
        "order_id": ["o3", "o2", "o4"],
        "channel": ["web", "shop", None],
    }
)


def overlaps(folder, *frames):
    for number, frame in enumerate(frames):
        frame.to_csv(folder / f"{number}.csv", index=False)
    sources = {"transactions": {"path": str(folder / "*.csv")}}
    with open_base(Config.model_validate({"name": "small", "sources": sources})) as base:
        return base.report.rows_found("overlap")


def test_lines_of_both_files_are_named(tmp_path):
    assert overlaps(tmp_path, OLDER, NEWER) == 2


def test_lines_of_three_files_are_named_for_each_further_one(tmp_path):
    newest = NEWER.assign(coupon=["x", None, "y"])
    assert overlaps(tmp_path, OLDER, NEWER, newest) == 4


def test_files_with_other_lines_are_not_named(tmp_path):
    assert overlaps(tmp_path, OLDER, NEWER.iloc[2:]) == 0


def test_files_of_the_same_columns_have_no_overlap(tmp_path):
    assert overlaps(tmp_path, NEWER, NEWER.assign(amount=[1.0, 2.0, 3.0])) == 0


def test_a_column_without_a_name_in_all_files_makes_no_overlap(tmp_path):
    older, newer = (frame.rename(columns={"order_id": ""}) for frame in (OLDER, NEWER))
    assert overlaps(tmp_path, older, newer.drop(columns="channel")) == 0
    assert overlaps(tmp_path, older, newer) == 2


def test_names_in_other_capitals_are_of_the_same_column(tmp_path):
    other_money = NEWER.assign(amount=[1.0, 2.0, 3.0]).rename(columns={"amount": "AMOUNT"})
    assert overlaps(tmp_path, OLDER, other_money) == 0
    assert overlaps(tmp_path, OLDER, NEWER.rename(columns={"amount": "AMOUNT"})) == 2
