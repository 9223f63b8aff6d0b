"""The histories as values: what people do with a booking, and what comes of it. They are about the whole platform."""

from dataclasses import dataclass, field

from booking_domain.bookings.model import BookingMode, Terms
from booking_domain.bookings.policy import DEFAULT_POLICY, tiers
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.scheduling.as_json import Json
from booking_domain.shared.money import Money
from booking_domain.testing.conformance.cases import vectors


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


def load_histories() -> tuple[History, ...]:
    """Load all histories."""
    return tuple(_history(each) for each in vectors("histories"))


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
