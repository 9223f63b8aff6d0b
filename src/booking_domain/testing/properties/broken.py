"""Reports of violated properties."""

from datetime import datetime
from typing import NoReturn

from booking_domain.testing.code import IMPORTS, code
from booking_domain.testing.question import Question


def broken(sentence: str, question: Question, start: datetime | None = None) -> NoReturn:
    """Report a violation with the start and the calendar.

    Raises:
        AssertionError: always.
    """
    where = "" if start is None else f"\nstart {question.local(start)} in {question.calendar.time_zone}"
    raise AssertionError(f"{sentence}{where}\n{question}\n\n{IMPORTS}question = {code(question)}")


def must_be(sentence: str, question: Question, offered: list[datetime], expected: list[datetime]) -> None:
    """Compare the offered starts with those that the rules expect. `sentence` says how these were computed.

    Raises:
        AssertionError: one is missing, or not allowed.
    """
    missing, not_allowed = sorted(set(expected) - set(offered)), sorted(set(offered) - set(expected))
    for starts, how in ((missing, "is missing"), (not_allowed, "is offered, and not allowed")):
        if starts:
            broken(f"{sentence}: a slot {how}", question, starts[0])
    if offered != expected:
        broken(f"{sentence}: the slots come in another order, or twice", question)


def must_be_the_same(sentence: str, question: Question, one: list[datetime], other: list[datetime]) -> None:
    """Compare two lists of slots. `sentence` describes the second.

    Raises:
        AssertionError: the lists differ.
    """
    if one == other:
        return
    lost, new = sorted(set(one) - set(other)), sorted(set(other) - set(one))
    for starts, how in ((lost, "is no longer offered"), (new, "is offered now")):
        if starts:
            broken(f"{sentence}: a slot {how}", question, starts[0])
    broken(f"{sentence}: the slots come in another order, or twice", question)
