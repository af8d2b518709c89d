"""Three things to do now: for each of the three questions the list that holds somebody."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tiercast.config.alerts import Condition
from tiercast.config.budget import BudgetConfig
from tiercast.config.lists import CustomerList
from tiercast.config.playbook import Play
from tiercast.lists.budget import Contacts, contacts_within
from tiercast.lists.selection import met_alone, select
from tiercast.measured.save_rate import save_rate_of
from tiercast.reporting.actions import how, plays_of, sentence
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.list_facts import ListFacts, list_facts, usable_lists
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import NextStep, Note, Steps


@dataclass(frozen=True)
class Question:
    """A question, the lists that answer it (the first with figures to show), and their money."""

    name: str
    lists: Sequence[str]
    money: str


QUESTIONS = (
    Question("leaving", ("rescue", "win_back", "likely_to_leave", "overdue"), "value_at_stake"),
    Question("staying", ("keep_close", "next_orders"), "expected_value"),
    Question("growing", ("grow", "new_customers", "came_back"), "expected_value"),
)


def next_steps(inputs: Inputs, say: MessageCatalogue) -> Steps:
    """Return what to do first, a step per question, and why others have none."""
    facts = list_facts(inputs, [name for one in QUESTIONS for name in one.lists])
    filled = {name for name, one in facts.items() if one.customers}
    showing = {name for name in filled if say.write.shows(facts[name].customers)}
    lists, plays = usable_lists(inputs), plays_of(inputs)
    steps, notes = [], []
    for question in QUESTIONS:
        name = _first(question.lists, showing) or _first(question.lists, filled)
        empty = [lists[name] for name in question.lists if name in facts]
        if name is not None:
            step = _step(question, lists[name], facts[name], plays.get(name), inputs, say)
            steps.append(step)
        elif empty:
            notes.append(_nobody(question, empty, inputs, say))
    if steps and inputs.config.holdout:
        share = say.write.share(inputs.config.holdout)
        notes.append(Note(say("overview.steps.holdout", share=share)))
    title = "overview.steps.three" if len(steps) == len(QUESTIONS) else "overview.steps.title"
    return Steps(say(title), steps, notes)


def _nobody(
    question: Question, empty: Sequence[CustomerList], inputs: Inputs, say: MessageCatalogue
) -> Note:
    """Return why nobody is on the lists: how many meet each condition of the longest alone."""
    longest = max(empty, key=lambda one: len(one.when))
    titles = [one.title.in_language(say.language) for one in empty]
    met = [
        say("overview.steps.met", condition=condition, customers=say.write.about(n).count(n))
        for condition, n in _met_in_words(longest, inputs, say)
    ]
    return Note(
        say(
            "overview.steps.nobody",
            question=say(f"overview.steps.{question.name}"),
            lists=say("between").join(say("overview.steps.titled", title=one) for one in titles),
            longest=longest.title.in_language(say.language),
            met=say("between").join(met),
        )
    )


def _met_in_words(
    wanted: CustomerList, inputs: Inputs, say: MessageCatalogue
) -> Iterator[tuple[str, int]]:
    """Yield each condition of a list, and how many customers meet it alone.

    That of the list's own play is said in words: it is code to those who read the report.
    """
    own = Condition(column="action_id", operator="==", value=wanted.name)
    met = met_alone(inputs.base, wanted)
    for condition, (text, customers) in zip(wanted.when, met, strict=True):
        yield say("overview.steps.own_play") if condition == own else text, customers


def _first(names: Sequence[str], those: Collection[str]) -> str | None:
    return next((name for name in names if name in those), None)


def _step(  # a question, whom it concerns, and how the play says it
    question: Question,
    wanted: CustomerList,
    facts: ListFacts,
    play: Play | None,
    inputs: Inputs,
    say: MessageCatalogue,
) -> NextStep:
    action = wanted.title if play is None else play.action
    write = say.write.about(facts.customers)
    return NextStep(
        question=say(f"overview.steps.{question.name}"),
        title=sentence(action.in_language(say.language)),
        text=say(
            f"overview.steps.{question.money}",
            customers=write.count(facts.customers),
            money=write.total(getattr(facts, question.money)),
        )
        + (_profit(wanted, inputs, say) if question.money == "value_at_stake" else ""),
        how="" if play is None else how(play, inputs, say),
        list=wanted.name,
    )


def _profit(wanted: CustomerList, inputs: Inputs, say: MessageCatalogue) -> str:
    """Return what contacts of a list bring within the budget; "" where the config has none."""
    budget = inputs.config.budget
    if budget is None:
        return ""
    eligible = select(inputs.to_contact, wanted)
    rate = save_rate_of(budget, inputs.measured, inputs.config.report.small_cells)
    found = contacts_within(eligible, budget, rate, budget.contacts)
    basis, share = say.translate(rate.basis), f"{rate.rate * 100:.3g}%"
    if found.capped_out:
        return _capped_out(found, budget, say)
    if not found.profit.contacts:
        cost = say.write.exact(budget.cost)
        return say("overview.steps.no_contact", cost=cost, rate=share, basis=basis)
    profit, worst, write = found.profit, found.worst.profit, say.write.about(found.profit.contacts)
    money = {"profit": profit.profit, "low": profit.low, "high": profit.high, "worst": worst}
    return say(
        "overview.steps.contacts" if rate.uplift is None else "overview.steps.contacts_measured",
        contacts=write.count(profit.contacts),
        rate=share,
        basis=basis,
        **{name: write.total(value) for name, value in money.items()},
    )


def _capped_out(found: Contacts, budget: BudgetConfig, say: MessageCatalogue) -> str:
    caps = (
        say("overview.steps.cap", tier=say.label("tier", tier), share=say.write.share(share))
        for tier, share in budget.caps.items()
    )
    worth = say.write.about(found.worth).count(found.worth)
    return say("overview.steps.capped_out", worth=worth, caps=say("between").join(caps))
