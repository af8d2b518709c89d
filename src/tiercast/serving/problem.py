"""What is wrong with a request: which field, which rule, and what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import BaseModel


@dataclass(frozen=True)
class FieldProblem:
    """A field of a request (such as `customers[0].orders[2].amount`), its problem and remedy."""

    field: str
    problem: str
    remedy: str


class Problems(BaseModel):
    """What a refused request is answered with."""

    errors: list[FieldProblem]


class Refused(Exception):
    """A request that is not answered, with its HTTP status and what is wrong with it."""

    def __init__(self, status: int, problems: Sequence[FieldProblem]) -> None:
        super().__init__(f"{status}: {problems}")
        self.status, self.problems = status, tuple(problems)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"errors": [asdict(problem) for problem in self.problems]}


def refused(field: str, problem: str, remedy: str, status: int = 422) -> Refused:
    """Return the refusal of one field."""
    return Refused(status, [FieldProblem(field, problem, remedy)])
