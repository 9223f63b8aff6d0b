"""The vectors: what the files hold, as values."""

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
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.conformance.calendars import Json, calendar_of, claims_of, instant_of


@dataclass(frozen=True, kw_only=True)
class Why:
    """What is to be said of one start."""

    slot: datetime
    reasons: frozenset[str]
    """None: it is offered."""
    neighbours: dict[str, datetime | None]
    """The offered starts `before` and `after` it, where the vector names them."""


@dataclass(frozen=True, kw_only=True)
class SlotCase:
    """A calendar, what is claimed of it, a window, and the slots that are offered in it."""

    id: str
    title: str
    source: str
    """Where the rule comes from: a paragraph, a line of the tz database, a standard."""
    json: Json = field(repr=False)
    """As it is in the file: `calendar`, `claims`, `now`, `window`, `durationMinutes`, `expect`, `explain`."""

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar."""
        return calendar_of(self.json["calendar"])

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What is claimed, lapsed holds included."""
        return claims_of(self.json.get("claims", ()))

    @property
    def now(self) -> datetime:
        """When it is asked."""
        return instant_of(self.json["now"])

    @property
    def window(self) -> TimeRange:
        """Where slots may start."""
        return TimeRange(instant_of(self.json["window"]["from"]), instant_of(self.json["window"]["to"]))

    @property
    def duration_minutes(self) -> int | None:
        """The length that is asked for; None: the usual one."""
        minutes: int | None = self.json.get("durationMinutes")
        return minutes

    @cached_property
    def expected(self) -> tuple[Slot, ...]:
        """The slots that are offered, in order."""
        expect = self.json["expect"]
        if "slots" in expect:
            return tuple(Slot(instant_of(each["start"]), instant_of(each["end"])) for each in expect["slots"])
        minutes = self.duration_minutes or self.calendar.settings.duration_minutes
        starts = [instant_of(text) for text in expect["starts"]]
        return tuple(Slot(start, start + timedelta(minutes=minutes)) for start in starts)

    @property
    def explanations(self) -> tuple[Why, ...]:
        """What is to be said of some starts."""
        return tuple(
            Why(
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
    """What is to be when a history is over; amounts in minor units."""

    status: Status
    payment_status: BookingPaymentStatus
    paid: int
    refund_owed: int
    slot_free: bool
    trail: tuple[str, ...] | None = None
    """The statuses of the audit trail, where the vector names them."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody does, and the refusal that it meets (None: it is done)."""

    number: int
    who: str
    do: str
    at: str | None = None
    refusal: str | None = None
    more: Json = field(default_factory=dict)
    """What else the step says: `to`, `amount`, `for`, …"""

    def __str__(self) -> str:
        more = "".join(f" {name}={value}" for name, value in self.more.items())
        return f"step {self.number}: {self.who} {self.do}{more}{'' if self.at is None else f' at {self.at}'}"


@dataclass(frozen=True, kw_only=True)
class History:
    """What is done with a booking from its beginning, and what becomes of it."""

    id: str
    title: str
    source: str
    terms: Terms
    steps: tuple[Step, ...]
    expected: Outcome
    json: Json = field(repr=False)

    @property
    def moves_the_clock(self) -> bool:
        """Whether it can be played only where the clock can be moved."""
        return any(step.at is not None or step.do in {"wait", "expire"} for step in self.steps)


def load_slot_cases() -> tuple[SlotCase, ...]:
    """Read all vectors of slots."""
    return tuple(
        SlotCase(id=each["id"], title=each["title"], source=each["source"], json=each) for each in _vectors("slots")
    )


def load_histories() -> tuple[History, ...]:
    """Read all histories."""
    return tuple(_history(each) for each in _vectors("histories"))


def _vectors(kind: str) -> Iterator[dict[str, Any]]:
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
