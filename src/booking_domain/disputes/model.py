"""The dispute about a booking, its statements and errors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.disputes.transitions import (
    DISPUTE_LIFECYCLE,
    DisputeAction,
    DisputeParty,
    DisputeStatus,
)
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.ids import BookingId, FileId, ProviderId, UserId
from booking_domain.shared.money import Money

DisputeId = NewType("DisputeId", UUID)
StatementId = NewType("StatementId", UUID)

MAX_REASON: Final = 2_000
MAX_STATEMENT: Final = 4_000
MAX_NOTE: Final = 2_000
MAX_EVIDENCE: Final = 10
"""Statements that are made together with the dispute."""
MAX_STATEMENTS: Final = 20
"""Statements of one side."""
MAX_DISPUTES: Final = 3
"""Disputes about one booking that its parties open, counting those that were withdrawn."""
STATEMENT_REMINDER: Final = timedelta(days=1)
"""How long before that deadline the other party is reminded."""
DECISION_REMINDER: Final = timedelta(days=2)
"""How long before that deadline the admins are reminded."""


class DisputeNotFound(NotFound, code="dispute.not_found"):
    """The dispute does not exist."""


class NotYourDispute(Forbidden, code="dispute.not_yours"):
    """Only a party of the booking opens a dispute and makes statements, and only its opener withdraws it."""


class DisputeExists(Conflict, code="dispute.exists", field="booking_id"):
    """The booking is already in dispute."""


class NoOtherParty(Conflict, code="dispute.no_other_party", field="booking_id"):
    """A booking without a customer's account has no other party."""


class NotAParty(Conflict, code="dispute.not_a_party", field="initiator_id"):
    """The initiator must be the customer or the provider of the booking."""


class OwnDispute(Conflict, code="dispute.own"):
    """You are a party of this booking; another admin must decide."""


class AlreadyDecided(Conflict, code="dispute.already_decided", field="booking_id"):
    """The platform has decided a dispute about this booking; only an admin can open another one."""


class TooManyDisputes(Conflict, code="dispute.too_many", field="booking_id"):
    __doc__ = f"The parties of a booking can open {MAX_DISPUTES} disputes about it; contact the platform."


class TooManyStatements(Conflict, code="dispute.too_many_statements"):
    __doc__ = f"Each party can make {MAX_STATEMENTS} statements in a dispute."


class RefundNotPossible(Conflict, code="dispute.refund_not_possible", field="refund_amount"):
    """At most {refundable} can be refunded: what was paid, less refunds that are made or pending."""

    refundable: Money


class Side(StrEnum):
    """A side of the booking."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class FinalBookingStatus(StrEnum):
    """The status of a booking outside of disputes: where a dispute found it, and where it leaves it."""

    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Resolution(StrEnum):
    """What an admin decides about the money."""

    REFUND_FULL = "refund_full"
    """Everything that was paid is refunded, less refunds that are made or pending."""
    REFUND_PARTIAL = "refund_partial"
    """A part of it is refunded."""
    NO_REFUND = "no_refund"
    """Nothing more is refunded. Refunds that are pending stay pending."""


class EvidenceKind(StrEnum):
    """What a statement consists of."""

    TEXT = "text"


class Reminder(StrEnum):
    """A reminder of a deadline."""

    STATEMENT_DUE = "statement_due"
    DECISION_DUE = "decision_due"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Evidence:
    """What a party submits: a text of 1 to `MAX_STATEMENT` characters, and images that the party uploaded."""

    kind: EvidenceKind = EvidenceKind.TEXT
    text: str
    file_ids: tuple[FileId, ...] = ()

    def __post_init__(self) -> None:
        _require_text("text", self.text, MAX_STATEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Statement:
    """A statement of one side, with its evidence. It never changes; its text is empty once its author is erased."""

    id: StatementId
    dispute_id: DisputeId
    author_id: UserId
    side: Side
    kind: EvidenceKind
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Verdict:
    """An admin's decision. `refund` is what is refunded in addition to refunds that are made or pending."""

    resolution: Resolution
    refund: Money
    booking_status: FinalBookingStatus
    note: str = ""
    """The reasons, for both parties."""

    def __post_init__(self) -> None:
        if len(self.note) > MAX_NOTE:
            raise InvalidValue(field="note", problem=f"at most {MAX_NOTE} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Dispute:
    """A dispute about a booking."""

    id: DisputeId
    booking_id: BookingId
    provider_id: ProviderId
    customer_id: UserId
    provider_user_id: UserId
    initiator_id: UserId
    """The party whose dispute it is."""
    by_admin: bool = False
    """Whether an admin opened it for that party."""
    booking_was: FinalBookingStatus
    """The status of the booking before the dispute."""
    reason: str
    status: DisputeStatus = DisputeStatus.OPEN
    opened_at: datetime
    statement_due_at: datetime
    decision_due_at: datetime
    statement_reminded_at: datetime | None = None
    decision_reminded_at: datetime | None = None
    verdict: Verdict | None = None
    """The decision of a resolved dispute."""
    closed_at: datetime | None = None
    """When it was resolved or withdrawn."""
    version: int = 1

    @classmethod
    def open(
        cls,
        *,
        id: DisputeId,  # noqa: A002
        booking_id: BookingId,
        provider_id: ProviderId,
        customer_id: UserId,
        provider_user_id: UserId,
        initiator_id: UserId,
        by_admin: bool,
        booking_was: FinalBookingStatus,
        reason: str,
        now: datetime,
        deadlines: Deadlines,
    ) -> Self:
        """Open a dispute, with the deadlines of the other party's statement and of the platform's decision.

        Raises:
            NotAParty: the initiator is neither the customer nor the provider.
            NoOtherParty: both are the same account.
            InvalidValue: the reason is empty or too long.
        """
        if customer_id == provider_user_id:
            raise NoOtherParty
        if initiator_id not in {customer_id, provider_user_id}:
            raise NotAParty
        return cls(
            id=id,
            booking_id=booking_id,
            provider_id=provider_id,
            customer_id=customer_id,
            provider_user_id=provider_user_id,
            initiator_id=initiator_id,
            by_admin=by_admin,
            booking_was=booking_was,
            reason=_require_text("reason", reason, MAX_REASON),
            opened_at=now,
            statement_due_at=now + deadlines.statement,
            decision_due_at=now + deadlines.decision,
        )

    @property
    def opened_by(self) -> Side:
        """The side whose dispute it is."""
        return Side.CUSTOMER if self.initiator_id == self.customer_id else Side.PROVIDER

    @property
    def other_id(self) -> UserId:
        """The account of the other party."""
        return self.provider_user_id if self.opened_by is Side.CUSTOMER else self.customer_id

    def side_of(self, user_id: UserId) -> Side | None:
        """The side of an account; None if it is no party."""
        return {self.customer_id: Side.CUSTOMER, self.provider_user_id: Side.PROVIDER}.get(user_id)

    def may(self, action: DisputeAction, party: DisputeParty) -> bool:
        """Whether the lifecycle allows this action to this party now."""
        return DISPUTE_LIFECYCLE.allows(self.status, action, party)

    def require(self, action: DisputeAction, party: DisputeParty) -> None:
        """Raise `InvalidDisputeTransition` or `NotYourMove` unless the lifecycle allows this action now."""
        DISPUTE_LIFECYCLE.advance(self.status, action, party)

    def party(self, user_id: UserId) -> DisputeParty | None:
        """The part that an account has in the dispute; None if it is no party of the booking."""
        if user_id == self.initiator_id:
            return DisputeParty.OPENER
        return None if self.side_of(user_id) is None else DisputeParty.OTHER

    def make_statement(
        self,
        evidence: Sequence[Evidence],
        earlier: Sequence[Statement],
        *,
        by: UserId,
        ids: Sequence[StatementId],
        now: datetime,
    ) -> tuple[Self, tuple[Statement, ...]]:
        """Add statements of a party, one for each of `ids`.

        Raises:
            NotYourDispute: the account is no party.
            InvalidDisputeTransition: the dispute is closed.
            TooManyStatements: the side would have more than `MAX_STATEMENTS`.
        """
        party, side = self.party(by), self.side_of(by)
        if party is None or side is None:
            raise NotYourDispute
        after = self._moved(DisputeAction.STATE, party)
        made = tuple(
            Statement(
                id=new,
                dispute_id=self.id,
                author_id=by,
                side=side,
                kind=each.kind,
                text=each.text.strip(),
                created_at=now,
            )
            for each, new in zip(evidence, ids, strict=True)
        )
        if sum(each.side is side for each in earlier) + len(made) > MAX_STATEMENTS:
            raise TooManyStatements
        return after, made

    def due_reminders(self, now: datetime) -> tuple[Reminder, ...]:
        """The reminders that are due and have not been given."""
        if self.status is not DisputeStatus.OPEN:
            return ()
        due = []
        if self.statement_reminded_at is None and self.statement_due_at - STATEMENT_REMINDER <= now:
            due.append(Reminder.STATEMENT_DUE)
        if self.decision_reminded_at is None and self.decision_due_at - DECISION_REMINDER <= now:
            due.append(Reminder.DECISION_DUE)
        return tuple(due)

    def remind(self, reminder: Reminder, now: datetime) -> Self:
        """Record that a reminder was given."""
        after = self._moved(DisputeAction.REMIND, DisputeParty.SYSTEM)
        if reminder == Reminder.STATEMENT_DUE:
            return replace(after, statement_reminded_at=now)
        return replace(after, decision_reminded_at=now)

    def withdraw(self, by: UserId, now: datetime) -> Self:
        """Withdraw the dispute, as its opener.

        Raises:
            NotYourDispute: the account is not the opener.
            InvalidDisputeTransition: the dispute is closed.
        """
        if self.party(by) is not DisputeParty.OPENER:
            raise NotYourDispute
        return replace(self._moved(DisputeAction.WITHDRAW, DisputeParty.OPENER), closed_at=now)

    def resolve(self, verdict: Verdict, now: datetime) -> Self:
        """Decide the dispute, once; raises `InvalidDisputeTransition` if it is closed."""
        return replace(self._moved(DisputeAction.RESOLVE, DisputeParty.ADMIN), verdict=verdict, closed_at=now)

    def _moved(self, action: DisputeAction, by: DisputeParty) -> Self:
        status = DISPUTE_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, version=self.version + 1)


def refund_of(resolution: Resolution, refund_amount: int | None, refundable: Money) -> Money:
    """The refund of a resolution, given the part of the payments that is neither refunded nor about to be.

    Raises:
        InvalidValue: a partial refund has no amount above zero, or another resolution has one.
        RefundNotPossible: the amount is more than what can be refunded.
    """
    if resolution != Resolution.REFUND_PARTIAL:
        if refund_amount is not None:
            raise InvalidValue(field="refund_amount", problem="an amount belongs to a partial refund only")
        return refundable if resolution == Resolution.REFUND_FULL else Money.zero(refundable.currency)
    if refund_amount is None or refund_amount < 1:
        raise InvalidValue(field="refund_amount", problem="a partial refund needs an amount")
    amount = Money(amount=refund_amount, currency=refundable.currency)
    if not amount <= refundable:
        raise RefundNotPossible(refundable=refundable)
    return amount


def _require_text(field: str, text: str, most: int) -> str:
    if not 1 <= len(text.strip()) <= most:
        raise InvalidValue(field=field, problem=f"1 to {most} characters")
    return text.strip()
