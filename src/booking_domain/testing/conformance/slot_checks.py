"""Checks of slots and explanations against the vectors."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.explain import Explanation
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.shared.time import TimeRange
from booking_domain.testing.conformance.cases import ExpectedExplanation, SlotCase


class Case(Protocol):
    """A vector: its id, a sentence, and the source of the rule."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def source(self) -> str: ...


Vector = TypeVar("Vector", bound=Case)


class OfferedSlots(Protocol):
    """The signature of `booking_domain.scheduling.offered_slots`."""

    def __call__(
        self,
        calendar: Calendar,
        claims: Iterable[Claim],
        /,
        *,
        window: TimeRange,
        now: datetime,
        duration_minutes: int | None = None,
    ) -> Iterable[Slot]:
        """Return the slots that start inside the window, in order."""
        ...


class Explain(Protocol):
    """The signature of `booking_domain.scheduling.explain`."""

    def __call__(
        self,
        calendar: Calendar,
        claims: Iterable[Claim],
        start: datetime,
        /,
        *,
        now: datetime,
        duration_minutes: int | None = None,
    ) -> Explanation:
        """Explain why this start is, or is not, offered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed vector."""

    id: str
    title: str
    source: str
    problems: tuple[str, ...]
    """One line per difference."""

    def __str__(self) -> str:
        return "\n".join([f"FAILED {self.id}: {self.title}", f"  ({self.source})", *self.problems])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundExplanation:
    """An implementation's explanation of one start."""

    reasons: frozenset[str]
    before: datetime | None
    after: datetime | None


def check_slots(offered: OfferedSlots, cases: Iterable[SlotCase]) -> list[Failure]:
    """Return the cases in which a slot function offers other slots."""

    def ask(case: SlotCase) -> Iterable[Slot]:
        return offered(
            case.calendar, case.claims, window=case.window, now=case.now, duration_minutes=case.duration_minutes
        )

    return check_responses(ask, cases)


def check_explanations(explain: Explain, cases: Iterable[SlotCase]) -> list[Failure]:
    """Return the cases in which a function gives other reasons."""

    def ask(case: SlotCase, why: ExpectedExplanation) -> FoundExplanation:
        explanation = explain(
            case.calendar, case.claims, why.slot, now=case.now, duration_minutes=case.duration_minutes
        )
        return FoundExplanation(
            reasons=frozenset(explanation.reasons),
            before=None if explanation.before is None else explanation.before.start,
            after=None if explanation.after is None else explanation.after.start,
        )

    return check_reasons(ask, cases)


def check_responses(ask: Callable[[SlotCase], Iterable[Slot]], cases: Iterable[SlotCase]) -> list[Failure]:
    """As `check_slots`, for an implementation that takes a whole case."""
    return list(failures(cases, lambda case: _slot_problems(case, tuple(ask(case)))))


def check_reasons(
    ask: Callable[[SlotCase, ExpectedExplanation], FoundExplanation], cases: Iterable[SlotCase]
) -> list[Failure]:
    """As `check_explanations`, for an implementation that takes a whole case."""
    return list(
        failures(
            cases,
            lambda case: [line for why in case.explanations for line in _why_problems(case, why, ask(case, why))],
        )
    )


def failures(cases: Iterable[Vector], problems_of: Callable[[Vector], Iterable[str]]) -> Iterator[Failure]:
    """Yield a failure for each case that has problems."""
    for case in cases:
        try:
            problems = tuple(problems_of(case))
        except Exception as error:  # noqa: BLE001 - whatever it raises, the other cases are still to be checked
            problems = (f"  raised {type(error).__name__}: {error}",)
        if problems:
            yield Failure(id=case.id, title=case.title, source=case.source, problems=problems)


def _slot_problems(case: SlotCase, found: tuple[Slot, ...]) -> Iterator[str]:
    expected = case.expected
    if found == expected:
        return
    zone = case.calendar.zone
    for slot in sorted({*expected, *found}):
        sign = "  " if slot in expected and slot in found else ("- " if slot in expected else "+ ")
        meaning = {"  ": "", "- ": "  expected, and not offered", "+ ": "  offered, and not expected"}[sign]
        yield f"  {sign}{_shown(slot.start, zone)} – {_shown(slot.end, zone)}{meaning}"
    if len(set(found)) < len(found):
        yield "  some are offered twice"
    elif set(found) == set(expected):
        yield "  in another order"


def _why_problems(case: SlotCase, why: ExpectedExplanation, found_explanation: FoundExplanation) -> Iterator[str]:
    zone = case.calendar.zone
    about = f"  {_shown(why.slot, zone)}:"
    if found_explanation.reasons != why.reasons:
        yield f"{about} expected {_listed(why.reasons)}, found {_listed(found_explanation.reasons)}"
    for name, found in (("before", found_explanation.before), ("after", found_explanation.after)):
        if name in why.neighbours and why.neighbours[name] != found:
            expected = why.neighbours[name]
            yield f"{about} {name} it, expected {_shown(expected, zone)}, found {_shown(found, zone)}"


def _listed(reasons: frozenset[str]) -> str:
    return ", ".join(sorted(str(reason) for reason in reasons)) or "that it is offered"


def _shown(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return "nothing"
    return at.astimezone(zone).isoformat(sep=" ")
