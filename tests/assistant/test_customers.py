from tiercast.app.scored_base import load_scored
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.customers import customer, customers_of_list


def row_of(base, number=0):
    return base.scores.slice(number, 1).to_pylist()[0]


def test_a_customer_is_the_score_row_with_its_reasons_as_sentences(told, trained_tenth):
    stored, shown = row_of(trained_tenth), told.answers["customer"]["customer"]
    same = ("churn_probability", "expected_value", "value_low", "value_high", "tier", "action")
    assert {name: shown[name] for name in same} == {name: stored[name] for name in same}
    effects = [one["effect_on_log_odds_of_leaving"] for one in shown["reasons"]]
    assert effects == [one["effect"] for one in stored["reasons"]]
    assert all(one["text"] for one in shown["reasons"])


def test_ids_are_masked_unless_the_report_shows_them(told, told_of_shop, trained_shop):
    shown = told.answers["customer"]["customer"]["customer_id"]
    assert "…" in shown
    assert all("…" in row["customer_id"] for row in told.answers["list"]["customers"])
    own = told_of_shop.answers["customer"]["customer"]["customer_id"]
    assert own == row_of(trained_shop)["customer_id"]


def test_a_list_shows_its_first_customers_and_how_many_it_holds(told, trained_tenth):
    found = told.answers["list"]
    assert len(found["customers"]) == 3
    assert found["total"] == trained_tenth.scores.num_rows
    assert found["list"] in told.answers["lists"]["lists"]


def test_a_wrong_question_is_answered_with_its_remedy(told):
    assert "is not in the scores of 1998-04-01; give the whole id" in told.errors["nobody"]
    assert "There is no list `winback`; did you mean `win_back`?" in told.errors["no list"]
    assert "`first` must be 1 to 100, but got 101" in told.errors["too many"]


def test_an_id_may_be_given_as_a_number(told, trained_tenth):
    stored = next(row for row in trained_tenth.scores.to_pylist() if row["customer_id"] == 10)
    shown = told.answers["by number"]["customer"]
    assert shown["churn_probability"] == stored["churn_probability"]


def test_what_to_do_is_said_in_the_configs_language(labels):
    asked = {
        language: AskedBase(
            load_scored(
                labels.config.model_copy(update={"language": language}), labels.scored.as_of
            )
        )
        for language in ("en", "zh")
    }
    one = labels.scores.to_pylist()[0]
    for language, each in asked.items():
        told = customer(each, one["customer_id"])["customer"]["action"]
        (first,) = customers_of_list(each, "everyone", 1)["customers"]
        assert (told == one["action"]) == (language == "en")
        assert told.isascii() == first["action"].isascii() == (language == "en")
