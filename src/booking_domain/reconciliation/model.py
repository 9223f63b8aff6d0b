"""Runs of the reconciliation and what they find: frozen values with pure methods, and their lifecycles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, time_zone

FindingId = NewType("FindingId", UUID)
RunId = NewType("RunId", UUID)

MAX_NOTE: Final = 500
MAX_REFERENCE: Final = 200
"""The longest reference of a gateway that is stored."""
FIRST_DAY: Final = date(2020, 1, 1)
"""No gateway has payments of the platform from before."""
OVERLAP: Final = timedelta(hours=1)
"""How far a run looks beyond its day: clocks differ, and a payment may be listed late."""
RECHECKED_AFTER: Final = (1, 8)
"""The days after which a day is reconciled: the next day, and a week later for payments that were refunded since."""
CATCHING_UP: Final = 3
"""How many days of missed runs are made up for."""
FIRST_RETRY: Final = timedelta(minutes=10)
"""When a run that did not finish is repeated. Each wait doubles."""
LONGEST_RETRY: Final = timedelta(hours=6)
DELAYED_AFTER: Final = 4
"""The attempt with which admins are notified that a run does not finish."""


class FindingNotFound(NotFound, code="reconciliation.finding_not_found"):
    """There is no such finding."""


class RunNotFound(NotFound, code="reconciliation.run_not_found"):
    """There is no such run."""


class DayNotOver(Conflict, code="reconciliation.day_not_over", field="day"):
    """The gateway's day is not over."""


class UnknownGateway(Conflict, code="reconciliation.unknown_gateway", field="gateway"):
    """This installation has no gateway {gateway}."""

    gateway: str


class InvalidFindingTransition(InvalidTransition, code="reconciliation.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class FindingKind(StrEnum):
    """How the gateway's books and the platform's payments differ."""

    LOST_CALLBACK = "lost_callback"
    """The gateway received a payment of which the platform did not know."""
    PAID_TWICE = "paid_twice"
    """An invoice was paid again after it had been paid; the excess is refunded."""
    AMOUNT_DIFFERS = "amount_differs"
    """A payment is not the amount of its invoice."""
    UNKNOWN_INVOICE = "unknown_invoice"
    """A payment of an invoice that the platform does not know."""
    STRAY_INVOICE = "stray_invoice"
    """A payment of an invoice that the platform ordered, and whose creation it never heard of."""
    NOT_AT_GATEWAY = "not_at_gateway"
    """The platform counts money that the gateway does not report."""
    UNRECORDED_REFUND = "unrecorded_refund"
    """The gateway paid money back, and the platform did not record it."""


class FindingStatus(StrEnum):
    """The status of a finding."""

    OPEN = "open"
    REPAIRED = "repaired"
    """The books agree again."""
    CLOSED = "closed"
    """An admin has dealt with it."""


class FindingAction(StrEnum):
    """An action on a finding."""

    REPAIR = "repair"
    REOPEN = "reopen"
    """The books differ again."""
    CLOSE = "close"


class FindingParty(StrEnum):
    """Who takes an action on a finding or a run."""

    PLATFORM = "platform"
    ADMIN = "admin"


class RunStatus(StrEnum):
    """The status of a run."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"


class RunAction(StrEnum):
    """An action on a run."""

    START = "start"
    FINISH = "finish"


_PLATFORM: Final = frozenset({FindingParty.PLATFORM})

FINDING_LIFECYCLE: Final[Lifecycle[FindingStatus, FindingAction, FindingParty]] = Lifecycle(
    thing="finding",
    about="A difference between a gateway's books and the platform's. What is certain is repaired; an admin closes the "
    "rest.",
    refusal=InvalidFindingTransition,
    moves={
        (FindingStatus.OPEN, FindingAction.REPAIR): Move(FindingStatus.REPAIRED, _PLATFORM),
        (FindingStatus.REPAIRED, FindingAction.REOPEN): Move(FindingStatus.OPEN, _PLATFORM),
        (FindingStatus.OPEN, FindingAction.CLOSE): Move(FindingStatus.CLOSED, frozenset({FindingParty.ADMIN})),
    },
)
RUN_LIFECYCLE: Final[Lifecycle[RunStatus, RunAction, FindingParty]] = Lifecycle(
    thing="reconciliation run",
    about="A run that a crash or an unavailable gateway interrupts is started again.",
    moves={
        (RunStatus.WAITING, RunAction.START): Move(RunStatus.RUNNING, _PLATFORM),
        (RunStatus.RUNNING, RunAction.START): Move(RunStatus.RUNNING, _PLATFORM),
        (RunStatus.RUNNING, RunAction.FINISH): Move(RunStatus.FINISHED, _PLATFORM),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Difference:
    """One difference, as a run sees it. There is one finding per gateway, kind and reference."""

    kind: FindingKind
    reference: str
    """The gateway's id of the payment; the id of the invoice if the gateway has no such payment."""
    invoice_reference: str
    reported: Money
    """The amount that the gateway reports."""
    counted: Money
    """The amount that the platform counts, before a repair."""
    paid_at: datetime | None = None
    payment_id: PaymentId | None = None
    booking_id: BookingId | None = None
    agrees: bool = False
    """Whether the books agree again."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Finding:
    """A difference between a gateway's books and the platform's."""

    id: FindingId
    run_id: RunId
    """The run that found it."""
    gateway: str
    kind: FindingKind
    status: FindingStatus
    reference: str
    invoice_reference: str
    reported: Money
    counted: Money
    paid_at: datetime | None
    payment_id: PaymentId | None
    booking_id: BookingId | None
    note: str = ""
    """What the admin who closed it wrote."""
    settled_at: datetime | None = None
    """When it was repaired or closed."""
    version: int = 1
    created_at: datetime

    @classmethod
    def of(cls, found: Difference, *, id: FindingId, run_id: RunId, gateway: str, now: datetime) -> Self:  # noqa: A002
        """The finding of a new difference."""
        return cls(
            id=id,
            run_id=run_id,
            gateway=gateway,
            kind=found.kind,
            status=FindingStatus.REPAIRED if found.agrees else FindingStatus.OPEN,
            reference=found.reference,
            invoice_reference=found.invoice_reference,
            reported=found.reported,
            counted=found.counted,
            paid_at=found.paid_at,
            payment_id=found.payment_id,
            booking_id=found.booking_id,
            settled_at=now if found.agrees else None,
            created_at=now,
        )

    def repair(self, now: datetime) -> "Finding":
        """Record that the books agree again.

        Raises:
            InvalidFindingTransition: it is not open.
        """
        status = FINDING_LIFECYCLE.advance(self.status, FindingAction.REPAIR, FindingParty.PLATFORM)
        return replace(self, status=status, settled_at=now, version=self.version + 1)

    def reopen(self, run_id: RunId) -> "Finding":
        """Record that the books differ again.

        Raises:
            InvalidFindingTransition: it is not repaired.
        """
        status = FINDING_LIFECYCLE.advance(self.status, FindingAction.REOPEN, FindingParty.PLATFORM)
        return replace(self, run_id=run_id, status=status, settled_at=None, version=self.version + 1)

    def close(self, note: str, now: datetime) -> "Finding":
        """Record what an admin did about it. The same note again changes nothing.

        Raises:
            InvalidFindingTransition: it is not open.
            InvalidValue: the note is empty or too long.
        """
        note = note.strip()
        if not 1 <= len(note) <= MAX_NOTE:
            raise InvalidValue(field="note", problem=f"1 to {MAX_NOTE} characters")
        if self.status is FindingStatus.CLOSED and self.note == note:
            return self
        status = FINDING_LIFECYCLE.advance(self.status, FindingAction.CLOSE, FindingParty.ADMIN)
        return replace(self, status=status, note=note, settled_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Run:
    """The comparison of one day of one gateway. It may be repeated, and several may run at once."""

    id: RunId
    gateway: str
    day: date
    """In the time zone of the gateway."""
    zone: str
    scheduled_on: date | None = None
    """The date on which the platform scheduled it; None if an admin asked for it."""
    status: RunStatus = RunStatus.WAITING
    attempts: int = 0
    retry_at: datetime | None
    """When it is started again if it has not finished."""
    listed: int = 0
    """The number of payments in the gateway's list."""
    repaired: int = 0
    """The number of its findings that are repaired."""
    open: int = 0
    """The number of its findings that were open at its end."""
    finished_at: datetime | None = None
    version: int = 1
    created_at: datetime

    @property
    def window(self) -> TimeRange:
        """The day, with an overlap on both sides."""
        zone = time_zone(self.zone)
        start = datetime.combine(self.day, time(), zone)
        end = datetime.combine(self.day + timedelta(days=1), time(), zone)
        return TimeRange(start=start - OVERLAP, end=end + OVERLAP)

    def start(self, now: datetime) -> "Run":
        """Start it, or start it again.

        Raises:
            InvalidTransition: it is finished.
        """
        status = RUN_LIFECYCLE.advance(self.status, RunAction.START, FindingParty.PLATFORM)
        wait = min(FIRST_RETRY * 2 ** min(self.attempts, 30), LONGEST_RETRY)
        return replace(self, status=status, attempts=self.attempts + 1, retry_at=now + wait, version=self.version + 1)

    def finish(self, now: datetime, *, listed: int, repaired: int, still_open: int) -> "Run":
        """Record the result.

        Raises:
            InvalidTransition: it is not running.
        """
        status = RUN_LIFECYCLE.advance(self.status, RunAction.FINISH, FindingParty.PLATFORM)
        return replace(
            self,
            status=status,
            retry_at=None,
            listed=listed,
            repaired=repaired,
            open=still_open,
            finished_at=now,
            version=self.version + 1,
        )


def day_of(now: datetime, zone: str) -> date:
    """The gateway's date at an instant.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 11, 22, 17, tzinfo=UTC), "Asia/Ulaanbaatar")
    datetime.date(2026, 11, 23)
    """
    return now.astimezone(time_zone(zone)).date()


def due_days(now: datetime, zone: str) -> Iterator[tuple[date, date]]:
    """The date on which each run is scheduled, and its day: those of today, and of the days before that."""
    today = day_of(now, zone)
    for back in range(CATCHING_UP):
        scheduled_on = today - timedelta(days=back)
        for age in RECHECKED_AFTER:
            yield scheduled_on, scheduled_on - timedelta(days=age)


class LedgerKind(StrEnum):
    """What is stored beside the entries that change it."""

    GIFT_CARD = "gift_card"
    """The balance of a card, in minor units."""
    GIFT_CARD_PAYMENT = "gift_card_payment"
    """What a payment by gift card has of its card, in minor units: received, and not given back."""
    PACKAGE_VISITS = "package_visits"
    """The free visits of a package."""
    PACKAGE_PRICE = "package_price"
    """The price of the visits that a package still owes, in minor units."""
    POINTS = "points"
    """The balance of a loyalty account, which may be below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class LedgerDifference:
    """Something stored that is not the sum of its entries."""

    ledger: LedgerKind
    subject_id: UUID
    """The card, payment, package or account."""
    stored: int
    entries: int
    """The sum of the entries."""
    found_at: datetime
    checked_at: datetime
    """When it was seen last."""
