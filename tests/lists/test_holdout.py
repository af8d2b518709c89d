"""Nobody of the global holdout leaves the product on a list, whichever way the list is taken."""

import re
import shutil

import pytest
import requests

from served_app import serving
from tiercast.app.scored_base import load_scored
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.customers import customers_of_list
from tiercast.campaigns.design import experiment_design
from tiercast.campaigns.next_contacts import next_contacts
from tiercast.config.budget import BudgetConfig
from tiercast.config.environment import Expanded
from tiercast.config.progress import Silent
from tiercast.config.report import ReportConfig
from tiercast.lists.base import ListBase
from tiercast.lists.holdout import is_held_out
from tiercast.reporting.inputs import read_inputs
from tiercast.serving import stored_rows
from tiercast.serving.stored_day import open_stored
from tiercast.sources.workspace import workspace
from tiercast.verbs.experiment_assign import experiment_assign
from tiercast.verbs.export import export
from tiercast.verbs.list_summaries import lists
from trained_base import CDNOW_DAY, working_in

LIST = "everyone"
FIRST = 20  # customers that a page of the app shows
PSEUDONYMOUS = ReportConfig(
    ids="pseudonymous", id_key=Expanded("a key that nobody guesses", "${KEY}")
)


@pytest.fixture(scope="module")
def held(trained_tenth, tmp_path_factory):
    """Return the config of a base that holds out half of its customers."""
    folder = tmp_path_factory.mktemp("holdout") / "tenth"
    shutil.copytree(trained_tenth.folder, folder)
    config = trained_tenth.config.model_copy(
        update={
            "holdout": 0.5,
            "report": ReportConfig(ids="full"),
            "budget": BudgetConfig(save_rate=0.9, cost=0.01),
        }
    )
    with working_in(folder):
        yield config


@pytest.fixture(scope="module")
def free(held):
    """Return the ids of the customers who may be contacted."""
    with workspace() as connection:
        everybody = ListBase.read(connection, held, CDNOW_DAY, with_holdout=True).table
        free = everybody.filter(~is_held_out(everybody.customer_id, held))
        found = set(free.customer_id.to_pyarrow().to_pylist())
        assert 0 < len(found) < everybody.count().execute()
    return found


def app_page(config, path):
    with serving(config) as address:
        found = re.findall(r'href="/customers/(\w+)', requests.get(address + path).text)
    assert len(found) == FIRST
    return found


def exported(config, **more):
    return export(config, LIST, output="list.csv", **more).frame()["customer_id"]


def assistant(config):
    found = customers_of_list(AskedBase(load_scored(config, CDNOW_DAY)), LIST, 100)
    return [int(one["customer_id"]) for one in found["customers"]]


def served(config):
    found = stored_rows.customers_of_list(open_stored(config, Silent()), LIST, 5_000)
    return [one["customer_id"] for one in found["customers"]]


def assigned(config):
    with workspace() as connection:
        rows = experiment_assign(config, "spring", LIST).assignments.rows(connection)
        return rows.customer_id.to_pyarrow().to_pylist()


def report(config):
    with workspace() as connection:
        found = read_inputs(connection, config, CDNOW_DAY).to_contact
        return found.customer_id.to_pyarrow().to_pylist()


NAMES = {
    "export": exported,
    "export within the budget": lambda config: exported(config, within_budget=True),
    "page of a list": lambda config: map(int, app_page(config, f"/lists/{LIST}")),
    "page of a campaign": lambda config: map(int, app_page(config, "/campaign?risk=0&lost=1")),
    "assistant": assistant,
    "serve": served,
    "experiment assign": assigned,
    "report": report,
}
COUNTS = {
    "lists": lambda config: {one.name: one.customers for one in lists(config)}[LIST],
    "experiment design": lambda config: experiment_design(config, LIST, 0.1).customers,
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_who_is_named_is_not_held_out(held, free, names):
    found = set(names(held))
    assert found
    assert found <= free


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
def test_who_is_counted_is_not_held_out(held, free, count):
    assert count(held) == len(free)


def test_the_next_contacts_leave_the_holdout_out(held, free):
    found = next_contacts(held, "not assigned", None)
    whole = next_contacts(held.model_copy(update={"holdout": 0.0}), "not assigned", None)
    assert 0 < found.worth < whole.worth
    assert found.worth <= len(free)


@pytest.mark.parametrize("path", [f"/lists/{LIST}", "/campaign?risk=0&lost=1"])
def test_pages_call_whom_they_list_by_pseudonyms_of_those_not_held_out(held, free, path):
    hidden = held.model_copy(update={"report": PSEUDONYMOUS})
    assert set(app_page(hidden, path)) <= {PSEUDONYMOUS.pseudonym(one) for one in free}


def test_an_export_that_asks_for_the_holdout_has_it(held, free):
    assert set(exported(held, with_holdout=True)) > free


def test_the_assignments_of_a_holdout_that_came_later_stay(held):
    before = held.model_copy(update={"holdout": 0.0})
    experiment_assign(before, "earlier", LIST)
    arm = [exported(config, campaign=("earlier", "treated")).tolist() for config in (before, held)]
    assert arm[0] == arm[1]
    assert OutputFolder.of(held).experiment("earlier").is_dir()
