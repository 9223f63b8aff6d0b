"""The test vectors as values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Any

from booking_domain.bookings.model import BookingMode, Terms
from booking_domain.bookings.policy import DEFAULT_POLICY, tiers
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.scheduling.as_json import Json, calendar_of, claims_of, instant_of
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange


@dataclass(frozen=True, kw_only=True)
class ExpectedExplanation:
    """The expected explanation of one start."""

    slot: datetime
    reasons: frozenset[str]
    """None: the start is offered."""
    neighbours: dict[str, datetime | None]
    """The expected offered starts `before` and `after` it, if the vector names them."""


@dataclass(frozen=True, kw_only=True)
class SlotCase:
    """A calendar, its claims, a window and the slots that are offered in it."""

    id: str
    title: str
    source: str
    """The source of the rule: a paragraph, a line of the tz database, a standard."""
    json: Json = field(repr=False)
    """The JSON of the file: `calendar`, `claims`, `now`, `window`, `durationMinutes`, `expect`, `explain`."""

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar."""
        return calendar_of(self.json["calendar"])

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, including expired holds."""
        return claims_of(self.json.get("claims", ()))

    @property
    def now(self) -> datetime:
        """The current time."""
        return instant_of(self.json["now"])

    @property
    def window(self) -> TimeRange:
        """The window in which slots can start."""
        return TimeRange(instant_of(self.json["window"]["from"]), instant_of(self.json["window"]["to"]))

    @property
    def duration_minutes(self) -> int | None:
        """The requested duration; None: the default."""
        minutes: int | None = self.json.get("durationMinutes")
        return minutes

    @cached_property
    def expected(self) -> tuple[Slot, ...]:
        """The expected slots, in order."""
        expect = self.json["expect"]
        if "slots" in expect:
            return tuple(Slot(instant_of(each["start"]), instant_of(each["end"])) for each in expect["slots"])
        minutes = self.duration_minutes or self.calendar.settings.duration_minutes
        starts = [instant_of(text) for text in expect["starts"]]
        return tuple(Slot(start, start + timedelta(minutes=minutes)) for start in starts)

    @property
    def explanations(self) -> tuple[ExpectedExplanation, ...]:
        """The expected explanations."""
        return tuple(
            ExpectedExplanation(
                slot=instant_of(each["slot"]),
                reasons=frozenset(each["reasons"]),
                neighbours={
                    name: None if each[name] is None else instant_of(each[name])
                    for name in ("before", "after")
                    if name in each
                },
            )
            for each in self.json.get("explain", ())
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The expected outcome of a history. Amounts are in minor units."""

    status: Status
    payment_status: BookingPaymentStatus
    paid: int
    refund_owed: int
    slot_free: bool
    trail: tuple[str, ...] | None = None
    """The expected statuses in the history, if the vector names them."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An action and the error code that rejects it (None: it succeeds)."""

    number: int
    who: str
    do: str
    at: str | None = None
    refusal: str | None = None
    more: Json = field(default_factory=dict)
    """The parameters of the action: `to`, `amount`, `for`, …"""

    def __str__(self) -> str:
        more = "".join(f" {name}={value}" for name, value in self.more.items())
        return f"step {self.number}: {self.who} {self.do}{more}{'' if self.at is None else f' at {self.at}'}"


@dataclass(frozen=True, kw_only=True)
class History:
    """The actions on a booking and their outcome."""

    id: str
    title: str
    source: str
    terms: Terms
    steps: tuple[Step, ...]
    expected: Outcome
    json: Json = field(repr=False)

    @property
    def moves_the_clock(self) -> bool:
        """Whether the history needs a clock that can be advanced."""
        return any(step.at is not None or step.do in {"wait", "expire"} for step in self.steps)


def load_slot_cases() -> tuple[SlotCase, ...]:
    """Load all vectors for slots."""
    return tuple(
        SlotCase(id=each["id"], title=each["title"], source=each["source"], json=each) for each in vectors("slots")
    )


def load_histories() -> tuple[History, ...]:
    """Load all histories."""
    return tuple(_history(each) for each in vectors("histories"))


def vectors(kind: str) -> Iterator[dict[str, Any]]:
    """Load all vectors of a kind."""
    folder = files(__package__) / "vectors"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            yield from json.loads(file.read_text(encoding="utf-8")).get(kind, ())


def _history(json: Json) -> History:
    expect, trail = json["expect"], json["expect"].get("trail")
    return History(
        id=json["id"],
        title=json["title"],
        source=json["source"],
        terms=_terms(json["terms"]),
        steps=tuple(_step(each, number) for number, each in enumerate(json["history"], 1)),
        expected=Outcome(
            status=Status(expect["status"]),
            payment_status=BookingPaymentStatus(expect["paymentStatus"]),
            paid=expect["paid"],
            refund_owed=expect["refundOwed"],
            slot_free=expect["slotFree"],
            trail=None if trail is None else tuple(trail),
        ),
        json=json,
    )


def _terms(json: Json) -> Terms:
    policy = json.get("cancellationPolicy")
    return Terms(
        mode=BookingMode(json["bookingMode"]),
        price=Money(amount=json["price"], currency=json["currency"]),
        deposit=Money(amount=json["deposit"], currency=json["currency"]),
        cancellation=DEFAULT_POLICY
        if policy is None
        else tiers((tier["hoursBefore"], tier["percent"]) for tier in policy),
    )


def _step(json: Json, number: int) -> Step:
    known = {"who", "do", "at", "expect"}
    return Step(
        number=number,
        who=json["who"],
        do=json["do"],
        at=json.get("at"),
        refusal=json.get("expect"),
        more={name: value for name, value in json.items() if name not in known},
    )
