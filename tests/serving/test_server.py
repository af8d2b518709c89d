"""What the service answers and refuses."""

import json

import pytest
import requests

from tiercast.config.environment import Expanded
from tiercast.config.errors import InputError
from tiercast.config.serve import ServeConfig
from tiercast.serving.guard import MOST_BYTES, check_host
from tiercast.serving.posted import MOST_CUSTOMERS
from tiercast.serving.server import token_of

NEW = {"customer_id": 900001, "orders": [{"ordered_at": "1998-03-02", "amount": 12.5}]}


def problems(response, status=422):
    assert response.status_code == status, response.text
    return response.json()["errors"]


def wrong_order(client, **order):
    customer = {"customer_id": 900001, "orders": [order]}
    (problem,) = problems(client.score(customer))
    return problem


def posted(client, text):
    """Return the answer to a body as it is written."""
    headers = {"Content-Type": "application/json"}
    return requests.post(f"{client.address}/score", data=text.encode(), headers=headers)


def dormant(trained):
    rows = trained.scores.to_pylist()
    return next(row for row in rows if row["tier"] == "dormant")["customer_id"]


def test_a_new_customer_has_a_tier_and_reasons(live_tenth):
    answer = live_tenth.score(NEW).json()
    (row,) = answer["customers"]
    assert (answer["as_of"], row["as_of"]) == ("1998-04-01", "1998-04-01")
    assert row["tier"] in ("top", "potential", "general", "dormant")
    assert len(row["reasons"]) == 3
    assert answer["model"] == {"name": "tenth", "version": row["model_version"]}


def test_an_order_changes_tier_and_day_at_once(live_tenth, trained_tenth):
    one = dormant(trained_tenth)
    orders = [{"ordered_at": f"1998-04-{day:02d}T10:00:00", "amount": 400} for day in range(1, 9)]
    answer = live_tenth.score({"customer_id": one, "stored": True, "orders": orders}).json()
    (row,) = answer["customers"]
    assert answer["as_of"] == "1998-04-09"
    assert row["previous_tier"] == "dormant"
    assert row["tier_change"] > 0


def test_who_never_ordered_has_no_row(live_tenth):
    answer = live_tenth.score({"customer_id": 900001}).json()
    assert answer["customers"] == []
    assert answer["not_scored"][0]["customer_id"] == 900001


def test_customers_do_not_see_each_other(live_tenth, trained_tenth):
    ids = trained_tenth.scores["customer_id"].to_pylist()[:3]
    alone = [live_tenth.score({"customer_id": one, "stored": True}).json() for one in ids]
    together = live_tenth.score(*({"customer_id": one, "stored": True} for one in ids)).json()
    assert together["customers"] == [answer["customers"][0] for answer in alone]


@pytest.mark.parametrize(
    ("order", "field", "remedy"),
    [
        ({"ordered_at": "soon", "amount": 1}, "ordered_at", "ISO 8601"),
        ({"amount": 1}, "ordered_at", "export the time"),
        ({"ordered_at": "1998-01-01"}, "amount", "write amounts as numbers"),
        ({"ordered_at": "1998-01-01", "amount": "9"}, "amount", "write a number"),
        ({"ordered_at": "1998-01-01", "amount": 1e13}, "amount", "currency unit"),
        ({"ordered_at": "1950-01-01", "amount": 1}, "ordered_at", "mend the dates"),
        ({"ordered_at": "1998-01-01", "amount": 1, "amuont": 2}, "amuont", "`amount`"),
        ({"ordered_at": "1998-01-01", "amount": 10**400}, "amount", "finite number"),
        ({"ordered_at": "1998-01-01", "amount": 1, "quantity": 10**400}, "quantity", "finite"),
        ({"ordered_at": "9999-12-31T23:00-12:00", "amount": 1}, "ordered_at", "ISO 8601"),
        ({"ordered_at": "0001-01-01T01:00+14:00", "amount": 1}, "ordered_at", "ISO 8601"),
    ],
)
def test_a_bad_order_is_refused_by_its_field(live_tenth, order, field, remedy):
    problem = wrong_order(live_tenth, **order)
    assert problem["field"] == f"customers[0].orders[0].{field}"
    assert remedy in problem["remedy"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_number_that_is_not_finite_is_refused_by_its_field(live_tenth, number):
    order = f'{{"ordered_at": "1998-01-01", "amount": 1, "quantity": {number}}}'
    (problem,) = problems(
        posted(live_tenth, f'{{"customers": [{{"customer_id": 7, "orders": [{order}]}}]}}')
    )
    assert problem["field"] == "customers[0].orders[0].quantity"


def test_a_text_that_is_no_unicode_is_refused_by_its_field(live_shop):
    body = (
        '{"customers": [{"customer_id": "new", "orders": [{"ordered_at": "2024-05-01", '
        '"amount": 1, "category": "\\ud800"}]}]}'
    )
    (problem,) = problems(posted(live_shop, body))
    assert problem["field"] == "customers[0].orders[0].category"
    assert "cannot hold" in problem["problem"]


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"customers": [1' + "0" * 5_000 + "]}"])
def test_a_body_that_is_no_json_is_refused_as_a_body(live_tenth, body):
    response = posted(live_tenth, body)
    (problem,) = problems(response, response.status_code)
    assert response.status_code in (400, 422)
    assert problem["field"] == "body"
    assert "JSON" in problem["remedy"]


def test_a_body_of_another_content_type_is_refused_with_the_header(live_tenth):
    response = requests.post(f"{live_tenth.address}/score", data=b'{"customers": []}')
    (problem,) = problems(response)
    assert problem["field"] == "body"
    assert "Content-Type: application/json" in problem["remedy"]


@pytest.mark.parametrize("customer_id", [None, True, 1.5, "", "x" * 201, [1]])
def test_a_wrong_id_is_refused_by_one_rule(live_tenth, customer_id):
    (problem,) = problems(live_tenth.score({"customer_id": customer_id}))
    assert problem["field"] == "customers[0].customer_id"
    assert problem["problem"] == "must be a whole number or a text of 1 to 200 characters"


def test_a_wrong_method_is_named(live_tenth):
    (problem,) = problems(live_tenth.get("/score"), 405)
    assert problem["field"] == "method"


def test_an_id_that_no_database_can_hold_is_not_found(live_shop):
    problems(live_shop.get("/customers/a%00b"), 404)


def test_a_line_of_a_stored_order_counts_once(live_shop, trained_shop):
    one = trained_shop.scores["customer_id"].to_pylist()[0]
    stored = live_shop.service.take().stored.rows_of([one])["transactions"].to_pylist()[0]
    line = {k: v for k, v in stored.items() if v is not None and k != "customer_id"}
    line["ordered_at"] = line["ordered_at"].isoformat()
    response = live_shop.score({"customer_id": one, "stored": True, "orders": [line]})
    (problem,) = problems(response)
    assert "stored already" in problem["problem"]


def test_ids_have_the_type_of_the_base(live_tenth):
    (problem,) = problems(live_tenth.score({"customer_id": "900001"}))
    assert problem["field"] == "customers[0].customer_id"


def test_a_customer_stands_once(live_tenth):
    (problem,) = problems(live_tenth.score(NEW, NEW))
    assert "twice" in problem["problem"]


def test_a_table_that_the_base_lacks_is_refused(live_tenth):
    (problem,) = problems(live_tenth.score({**NEW, "events": [{"event_type": "visit"}]}))
    assert problem["field"] == "customers[0].events"


def test_a_day_too_far_ahead_is_refused(live_tenth):
    (problem,) = problems(live_tenth.score(NEW, as_of="1999-01-01"))
    assert problem["field"] == "as_of"


def test_too_many_customers_are_refused_with_the_remedy(live_tenth):
    many = [{"customer_id": number} for number in range(MOST_CUSTOMERS + 1)]
    (problem,) = problems(live_tenth.score(*many), 413)
    assert "tiercast score" in problem["remedy"]


def test_too_large_a_body_is_refused(live_tenth):
    def body():  # without its length
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b" " * 2**20

    for data in (b" " * (MOST_BYTES + 1), body()):
        headers = {"Content-Type": "application/json"}
        response = requests.post(f"{live_tenth.address}/score", data=data, headers=headers)
        assert response.status_code == 413


def test_another_host_name_is_refused(live_tenth):
    assert live_tenth.get("/totals", headers={"Host": "evil.example"}).status_code == 403


def test_a_stored_customer_is_the_row_of_the_scores(live_shop, trained_shop):
    row = trained_shop.scores.to_pylist()[0]
    found = live_shop.get(f"/customers/{row['customer_id']}").json()
    assert found == json.loads(json.dumps(row, default=str))


def test_who_was_not_scored_is_not_found(live_tenth):
    (problem,) = problems(live_tenth.get("/customers/900001"), 404)
    assert "/score" in problem["remedy"]


def test_a_list_holds_its_customers(live_tenth):
    found = live_tenth.get("/lists/everyone?limit=5").json()
    assert (found["total"], len(found["customers"])) == (2351, 5)
    assert "everyone" in live_tenth.get("/lists").json()["lists"]
    assert live_tenth.get("/lists/everyone?limit=0").status_code == 422
    (problem,) = problems(live_tenth.get("/lists/everyon"), 404)
    assert "everyone" in problem["remedy"]


def test_totals_have_their_intervals(live_tenth, trained_tenth):
    base = live_tenth.get("/totals").json()["base"]
    assert base["customers"] == trained_tenth.scores.num_rows
    assert base["value_low"] < base["expected_value"] < base["value_high"]


def test_segments_add_up_to_the_base(live_tenth, trained_tenth):
    found = live_tenth.get("/segments").json()["segments"]
    assert sum(one["customers"] for one in found) == trained_tenth.scores.num_rows
    assert all(0 <= one["churn_probability"] <= 1 for one in found)


def test_metrics_count_requests_and_customers(live_tenth):
    live_tenth.score(NEW)
    lines = live_tenth.get("/metrics").text.splitlines()
    assert any(line.startswith('tiercast_requests_total{path="/score"') for line in lines)
    assert 'tiercast_model_info{version="1",as_of="1998-04-01"} 1' in lines
    count = next(line for line in lines if line.startswith("tiercast_customers_scored_total"))
    assert int(count.split()[1]) > 0


def test_the_form_of_requests_is_described_with_an_example(live_tenth):
    described = live_tenth.get("/openapi.json").json()
    assert {"/score", "/customers/{customer_id}", "/metrics"} <= described["paths"].keys()
    refusal = described["paths"]["/score"]["post"]["responses"]["422"]["content"]
    assert refusal["application/json"]["schema"]["$ref"].endswith("/Problems")


@pytest.mark.parametrize("base", ["live_tenth", "live_shop"])
def test_the_described_example_is_answered_as_it_is(request, base):
    client = request.getfixturevalue(base)
    form = client.get("/openapi.json").json()["components"]["schemas"]["ScoreRequest"]
    answer = requests.post(f"{client.address}/score", json=form["examples"][0])
    assert len(answer.json()["customers"]) == 2


def test_an_order_older_than_the_base_is_refused_by_its_field(live_tenth):
    old = [{"ordered_at": day, "amount": 5} for day in ("1997-05-01", "1996-12-31")]
    (problem,) = problems(live_tenth.score(NEW, {"customer_id": 900002, "orders": old}))
    assert problem["field"] == "customers[1].orders[1].ordered_at"
    assert "before the first order of the base (1997-01-01)" in problem["problem"]


def test_an_unknown_path_names_what_there_is(live_tenth):
    (problem,) = problems(live_tenth.get("/nothing"), 404)
    assert "/openapi.json" in problem["remedy"]


def test_health_names_day_and_version(live_tenth):
    state = live_tenth.get("/health").json()
    assert state == {"status": "ok", "name": "tenth", "as_of": "1998-04-01", "model_version": "1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])
def test_other_machines_are_answered_only_with_a_token(host):
    with pytest.raises(InputError, match="TIERCAST_TOKEN"):
        check_host(host, None)
    check_host(host, "geheim")


OWN, SECRET = Expanded("own", "${OWN}"), Expanded("geheim-77", "${SHOP_TOKEN}")


def test_the_token_of_the_environment_goes_before_the_config(trained_tenth, monkeypatch):
    config = trained_tenth.config.model_copy(update={"serve": ServeConfig(token=OWN)})
    monkeypatch.delenv("TIERCAST_TOKEN", raising=False)
    assert token_of(config) == "own"
    monkeypatch.setenv("TIERCAST_TOKEN", "other")
    assert token_of(config) == "other"


def test_the_config_does_not_show_its_token(trained_tenth):
    config = trained_tenth.config.model_copy(update={"serve": ServeConfig(token=SECRET)})
    assert "geheim-77" not in repr(config)
    assert "geheim-77" not in config.model_dump_json()
