"""Requests that wait at the same time are scored in one run, each as if it were alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from tiercast.serving.batching import Batcher

SCHEMA = pa.schema([("customer_id", pa.int64()), ("orders", pa.int64())])


class Model:
    """Counts the rows of each customer; its first run waits until it is let go."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.began, self.let_go = threading.Event(), threading.Event()

    def score(self, rows, customer_ids):
        """Return how many rows each customer has; a customer below 0 cannot be scored."""
        self.runs.append(sorted(customer_ids))
        self.began.set()
        self.let_go.wait(10)
        if min(customer_ids) < 0:
            raise ValueError(f"{min(customer_ids)} cannot be scored")
        ids = rows["transactions"]["customer_id"].to_pylist()
        found = [(one, ids.count(one)) for one in customer_ids]
        return pa.table([pa.array(column) for column in zip(*found, strict=True)], SCHEMA)


def orders(*customer_ids):
    return {"transactions": pa.table({"customer_id": pa.array(customer_ids, pa.int64())})}


def asked(*requests):
    """Return the model's runs and the futures of requests that wait while its first one runs."""
    model = Model()
    queue = Batcher(model)
    with ThreadPoolExecutor(len(requests)) as threads:
        answers = [threads.submit(queue.score, *requests[0])]
        assert model.began.wait(10)
        for request in requests[1:]:
            before = len(queue.waiting)
            answers.append(threads.submit(queue.score, *request))
            while len(queue.waiting) == before:
                pass
        model.let_go.set()
    return model.runs, answers


def test_requests_that_wait_share_a_run_and_each_gets_its_own_rows():
    runs, answers = asked(*((orders(*[one] * one), [one]) for one in (1, 2, 3, 4)))
    assert runs == [[1], [2, 3, 4]]
    assert [one.result().to_pylist() for one in answers] == [
        [{"customer_id": one, "orders": one}] for one in (1, 2, 3, 4)
    ]


def test_rows_of_one_customer_in_two_requests_do_not_add_up():
    brought = orders(2, 3)  # customer 2 brought customer 3
    runs, answers = asked((orders(1), [1]), (brought, [2]), (orders(3, 3), [3]), (orders(4), [4]))
    assert runs == [[1], [2, 4], [3]]
    assert [one.result()["orders"].to_pylist() for one in answers] == [[1], [1], [2], [1]]


def test_orders_of_whom_another_request_brought_do_not_count_there():
    """Customer 2 brought customer 3, who is not stored: no row but the referral names 3."""
    brought = pa.table({"customer_id": pa.array([2]), "referred_customer_id": pa.array(["3"])})
    bringing = {**orders(2), "referrals": brought}
    runs, _ = asked((orders(1), [1]), (bringing, [2]), (orders(3), [3]), (orders(4), [4]))
    assert runs == [[1], [2, 4], [3]]


def test_a_request_that_cannot_be_scored_fails_alone():
    runs, answers = asked((orders(1), [1]), (orders(-2), [-2]), (orders(3), [3]))
    assert runs == [[1], [-2, 3], [-2], [3]]
    assert answers[2].result()["customer_id"].to_pylist() == [3]
    with pytest.raises(ValueError, match="-2 cannot be scored"):
        answers[1].result()


def test_a_run_takes_at_most_a_thousand_customers():
    many = [list(range(start, start + 600)) for start in (1_000, 2_000)]
    runs, _ = asked((orders(1), [1]), *((orders(*ids), ids) for ids in many))
    assert [len(run) for run in runs] == [1, 600, 600]
