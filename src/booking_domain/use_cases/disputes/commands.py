"""Disputes: open, make statements, withdraw, resolve, remind.

A dispute makes its booking `disputed`. The booking keeps what it had of its provider's time: a confirmed one stays in
the calendar, a cancelled one does not come back. While the dispute is open, refunds stay pending. A withdrawal returns
the booking to the status before. An admin resolves the dispute once: with a status of the booking, which may need the
time again, and with a refund of at most what was paid, less refunds that are made or pending. What is authorised is
captured when the dispute is opened, because the authorisation may lapse before its end.

Every change of a dispute locks its booking, as every change of the booking's money does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from booking_domain.bookings.errors import BookingNotFound, TooEarly
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import RESOLUTIONS, Action, InvalidBookingTransition, Party, Status
from booking_domain.disputes.events import (
    DisputeChanged,
    DisputeDecisionDue,
    DisputeOpened,
    DisputeResolved,
    DisputeStatementDue,
    DisputeStatementMade,
    DisputeWithdrawn,
    dispute_event,
)
from booking_domain.disputes.model import (
    MAX_DISPUTES,
    MAX_EVIDENCE,
    AlreadyDecided,
    Dispute,
    DisputeExists,
    DisputeId,
    DisputeNotFound,
    Evidence,
    FinalBookingStatus,
    NoOtherParty,
    NotAParty,
    NotYourDispute,
    OwnDispute,
    RefundNotPossible,
    Reminder,
    Resolution,
    Statement,
    StatementId,
    TooManyDisputes,
    TooManyStatements,
    Verdict,
    refund_of,
)
from booking_domain.disputes.ports import DisputeView
from booking_domain.disputes.transitions import DisputeAction, DisputeParty, DisputeStatus, InvalidDisputeTransition
from booking_domain.files.model import File, FileOwner, Folder
from booking_domain.payments.errors import CaptureInProgress
from booking_domain.payments.refunds import RefundReason
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.scheduling.placing import require_available
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.discounts import follow_discounts
from booking_domain.use_cases.bookings.steps import (
    booking_claim,
    capture_all,
    close_payments,
    gateway_of,
    refund_overpaid,
    schedule_refund,
)
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, set_files
from booking_domain.use_cases.platform.ports import Repositories

_CLOSES_PAYMENTS: Final = frozenset({Status.CANCELLED, Status.NO_SHOW})
"""Statuses of bookings for which nothing more is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute:
    """Dispute a booking, as one of its parties.

    - The booking is confirmed, completed, cancelled or a no-show, until 14 days after its end.
    - A booking has one open dispute at most. Once the platform has decided, only an admin opens another one.
    - The evidence is the first statements of that party, and images that this party uploaded.
    """

    booking_id: BookingId
    reason: str
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if len(self.evidence) > MAX_EVIDENCE:
            raise InvalidValue(field="evidence", problem=f"at most {MAX_EVIDENCE} items")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDisputeFor:
    """Dispute a booking, as an admin for the party `initiator_id`."""

    initiator_id: UserId
    dispute: OpenDispute


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStatement:
    """Add a statement to an open dispute, as a party."""

    dispute_id: DisputeId
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawDispute:
    """Withdraw a dispute, as its opener. The booking returns to the status before."""

    dispute_id: DisputeId
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ResolveDispute:
    """Decide a dispute, as an admin; the same decision again changes nothing.

    - No admin decides a dispute of their own.
    - A partial refund has an amount. No refund exceeds what was paid, less refunds that are made or pending.
    - Of a booking that is not cancelled, what is kept beyond its price is refunded as an overpayment: while it was
      cancelled, an admin may have added to its ledger.
    - A booking that was cancelled takes its time again if it is to be confirmed, completed or a no-show. To be
      confirmed, a booking to come must be possible now: the provider is published and open, the customer active.
    """

    dispute_id: DisputeId
    resolution: Resolution
    refund_amount: int | None = None
    booking_status: FinalBookingStatus
    note: str = ""
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWithStatements:
    """A dispute with all that its parties see."""

    view: DisputeView
    statements: tuple[Statement, ...]
    images: Mapping[UUID, Sequence[File]]
    """The images of statements that have any, by the id of the statement."""


async def _open(command: OpenDispute, tx: Repositories, context: UseCaseContext) -> DisputeWithStatements:
    booking = await _disputable(command.booking_id, tx)
    party = required(booking.party(context.actor), BookingNotFound)
    if party is Party.ADMIN:
        raise NotYourDispute
    _require_undisputed(booking)
    earlier = await tx.disputes.of_booking(booking.id)
    if any(each.status is DisputeStatus.RESOLVED for each in earlier):
        raise AlreadyDecided
    if sum(not each.by_admin for each in earlier) >= MAX_DISPUTES:
        raise TooManyDisputes
    return await _opened(command, booking, context.actor.id, tx, context, party=party)


async def _open_for(command: OpenDisputeFor, tx: Repositories, context: UseCaseContext) -> DisputeWithStatements:
    booking = await _disputable(command.dispute.booking_id, tx)
    return await _opened(command.dispute, booking, command.initiator_id, tx, context, party=Party.ADMIN)


async def _disputable(booking_id: BookingId, tx: Repositories) -> Booking:
    return required(await tx.bookings.lock(booking_id), BookingNotFound)


def _require_undisputed(booking: Booking) -> None:
    if booking.status is Status.DISPUTED:
        raise DisputeExists


async def _opened(
    command: OpenDispute,
    booking: Booking,
    initiator_id: UserId,
    tx: Repositories,
    context: UseCaseContext,
    *,
    party: Party,
) -> DisputeWithStatements:
    _require_undisputed(booking)
    decision = _moved(booking, Action.DISPUTE, party, context)
    dispute = Dispute.open(
        id=DisputeId(context.entropy.new_id()),
        booking_id=booking.id,
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        provider_user_id=booking.provider_user_id,
        initiator_id=initiator_id,
        by_admin=party == Party.ADMIN,
        booking_was=FinalBookingStatus(booking.status),
        reason=command.reason,
        now=context.now,
        deadlines=context.configured(Deadlines),
    )
    ids = [StatementId(context.entropy.new_id()) for _ in command.evidence]
    made: tuple[Statement, ...] = ()
    if ids:
        _, made = dispute.make_statement(command.evidence, (), by=initiator_id, ids=ids, now=context.now)
    state = await capture_all(decision.state, tx, context)
    await tx.bookings.save(state, was=booking, events=decision.events)
    await tx.disputes.add(dispute)
    await tx.disputes.add_statements(made)
    await _attach_images(command.evidence, made, tx, context)
    await _announce(decision, dispute, DisputeOpened, tx, context)
    return await _shown(dispute, made, booking, tx)


async def _make_statement(command: MakeStatement, tx: Repositories, context: UseCaseContext) -> DisputeWithStatements:
    dispute, booking = await _locked(command.dispute_id, tx)
    _require_visible(dispute, booking, context)
    earlier = tuple(await tx.disputes.statements(dispute.id))
    after, made = dispute.make_statement(
        (command.evidence,),
        earlier,
        by=context.actor.id,
        ids=(StatementId(context.entropy.new_id()),),
        now=context.now,
    )
    await tx.disputes.save(after, was=dispute)
    await tx.disputes.add_statements(made)
    await _attach_images((command.evidence,), made, tx, context)
    await tx.outbox.put([dispute_event(DisputeStatementMade, after, context, side=made[0].side)])
    return await _shown(after, (*earlier, *made), booking, tx)


async def _withdraw(command: WithdrawDispute, tx: Repositories, context: UseCaseContext) -> Dispute:
    dispute, booking = await _locked(command.dispute_id, tx)
    _require_visible(dispute, booking, context)
    require_expected_version(dispute.version, command.expected_version)
    after = dispute.withdraw(context.actor.id, context.now)
    decision = _moved(booking, RESOLUTIONS[booking.undisputed_status], Party.SYSTEM, context)
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.disputes.save(after, was=dispute)
    await _announce(decision, after, DisputeWithdrawn, tx, context)
    return after


async def _resolve(command: ResolveDispute, tx: Repositories, context: UseCaseContext) -> Dispute:
    dispute, booking = await _locked(command.dispute_id, tx)
    require_expected_version(dispute.version, command.expected_version)
    if dispute.side_of(context.actor.id) is not None:
        raise OwnDispute
    if _says_the_same(command, dispute):
        return dispute
    dispute.require(DisputeAction.RESOLVE, DisputeParty.ADMIN)  # a closed dispute has nothing to refund
    if booking.authorised:
        raise CaptureInProgress
    verdict = Verdict(
        resolution=command.resolution,
        refund=refund_of(command.resolution, command.refund_amount, booking.totals.refundable),
        booking_status=command.booking_status,
        note=command.note.strip(),
    )
    after = dispute.resolve(verdict, context.now)
    decision = _moved(booking, RESOLUTIONS[Status(verdict.booking_status)], Party.ADMIN, context)
    await _follow_with_claim(booking, decision.state, tx, context)
    gateway = await gateway_of(booking, tx)
    if decision.state.status in _CLOSES_PAYMENTS:
        await close_payments(booking, tx)
    await tx.disputes.save(after, was=dispute)
    await _announce(decision, after, DisputeResolved, tx, context)
    booking_after = await schedule_refund(
        verdict.refund, decision.state, gateway, tx, context, reason=RefundReason.DISPUTE
    )
    booking_after = await follow_discounts(booking, booking_after, tx, context)
    if booking_after.status is not Status.CANCELLED:
        booking_after = await refund_overpaid(booking_after, tx, context)
    await tx.bookings.save(booking_after, was=booking, events=decision.events)
    return after


def _says_the_same(command: ResolveDispute, dispute: Dispute) -> bool:
    verdict = dispute.verdict
    return (
        verdict is not None
        and verdict.resolution is command.resolution
        and verdict.booking_status is command.booking_status
        and command.refund_amount
        == (verdict.refund.amount if verdict.resolution is Resolution.REFUND_PARTIAL else None)
    )


async def _follow_with_claim(before: Booking, after: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Release the claim of a booking that gives up its time, or claim the time that it takes again.

    Raises:
        SlotTaken, TimeNotAvailable: the time is taken, or the provider is closed, blocked or busy.
        ProviderNotBookable, CustomerNotActive: the booking is to come, and could not be made now.
    """
    if before.claims_time and not after.claims_time:
        await tx.claims.release(before.provider_id, ClaimId(before.id))
    if before.claims_time or not after.claims_time:
        return
    claim = booking_claim(after)
    window = slot_window(after.span.start, after.minutes)
    locked = await tx.schedules.lock(after.provider_id, window, resources=after.resource_ids)
    if after.status is Status.CONFIRMED and context.now < after.span.start:
        schedule = (await require_bookable_schedule(locked, after.customer_id, tx)).for_services(after.services)
        require_available(schedule, after.span, now=context.now, own=claim.id)
    await tx.claims.acquire(claim, context.now)


async def _remind(dispute_id: DisputeId, tx: Repositories, context: UseCaseContext) -> None:
    """Announce the reminders that are due, each once. A party that has made a statement is not reminded."""
    found = await tx.disputes.get(dispute_id)
    if found is None or not found.due_reminders(context.now):
        return
    dispute, _ = await _locked(dispute_id, tx)
    statements = await tx.disputes.statements(dispute.id)
    heard = any(each.side is not dispute.opened_by for each in statements)
    events: list[DisputeChanged] = []
    after = dispute
    for reminder in dispute.due_reminders(context.now):
        after = after.remind(reminder, context.now)
        if reminder is Reminder.DECISION_DUE:
            events.append(dispute_event(DisputeDecisionDue, after, context))
        elif not heard:
            events.append(dispute_event(DisputeStatementDue, after, context))
    if after is not dispute:
        await tx.disputes.save(after, was=dispute)
        await tx.outbox.put(events)


def _moved(booking: Booking, action: Action, party: Party, context: UseCaseContext) -> BookingDecision:
    event_id = EventId(context.entropy.new_id())
    return booking.apply(action, party=party, by=context.actor, now=context.now, event_id=event_id)


async def _locked(dispute_id: DisputeId, tx: Repositories) -> tuple[Dispute, Booking]:
    """The dispute and its booking, which is locked."""
    found = await tx.disputes.get(dispute_id)
    booking = None if found is None else await tx.bookings.lock(found.booking_id)
    dispute = await tx.disputes.get(dispute_id)  # again, now that the booking is locked
    if dispute is None or booking is None:
        raise DisputeNotFound
    return dispute, booking


def _require_visible(dispute: Dispute, booking: Booking, context: UseCaseContext) -> None:
    """Raise `DisputeNotFound` for outsiders, and `NotYourDispute` for admins, who only see it."""
    required(booking.party(context.actor), DisputeNotFound)
    if dispute.party(context.actor.id) is None:
        raise NotYourDispute


async def _announce(
    decision: BookingDecision, dispute: Dispute, kind: type[DisputeChanged], tx: Repositories, context: UseCaseContext
) -> None:
    booking = decision.state
    await tx.outbox.put([*booking_events(booking, decision.events), dispute_event(kind, dispute, context)])


async def _shown(
    dispute: Dispute, statements: tuple[Statement, ...], booking: Booking, tx: Repositories
) -> DisputeWithStatements:
    customer, provider = await tx.users.get(dispute.customer_id), await tx.profiles.get(dispute.provider_id)
    view = DisputeView(
        dispute=dispute,
        booking_reference=booking.reference,
        currency=booking.price.currency,
        customer_name="" if customer is None else customer.name,
        provider_name="" if provider is None else provider.display_name,
    )
    images = await tx.files.of_each(Folder.EVIDENCE, [each.id for each in statements])
    return DisputeWithStatements(view=view, statements=statements, images=images)


async def _attach_images(
    evidence: Sequence[Evidence], made: Sequence[Statement], tx: Repositories, context: UseCaseContext
) -> None:
    for number, (each, statement) in enumerate(zip(evidence, made, strict=True)):
        if each.file_ids:
            owner = FileOwner(folder=Folder.EVIDENCE, id=statement.id)
            place = ("evidence", number, "file_ids")
            await set_files(owner, each.file_ids, tx, context, uploader_id=statement.author_id, field=place)


def _subject_shown(_: object, shown: DisputeWithStatements) -> Subject:
    return Subject("dispute", shown.view.dispute.id)


def _subject(_: object, dispute: Dispute) -> Subject:
    return Subject("dispute", dispute.id)


_OPENING: Final = (
    BookingNotFound,
    DisputeExists,
    InvalidBookingTransition,
    NoOtherParty,
    InvalidValue,
    *SET_FILES_ERRORS,
)

open_dispute: Final = UseCase(
    Permission.TAKE_PART_IN_DISPUTES,
    _open,
    _subject_shown,
    raises=(*_OPENING, NotYourDispute, AlreadyDecided, TooManyDisputes),
)
open_dispute_for: Final = UseCase(
    Permission.DECIDE_ON_DISPUTES,
    _open_for,
    _subject_shown,
    audited_as="dispute.open",
    raises=(*_OPENING, NotAParty),
)
make_statement: Final = UseCase(
    Permission.TAKE_PART_IN_DISPUTES,
    _make_statement,
    _subject_shown,
    raises=(
        DisputeNotFound,
        NotYourDispute,
        InvalidDisputeTransition,
        TooManyStatements,
        InvalidValue,
        *SET_FILES_ERRORS,
    ),
)
withdraw_dispute: Final = UseCase(
    Permission.TAKE_PART_IN_DISPUTES,
    _withdraw,
    _subject,
    raises=(DisputeNotFound, NotYourDispute, InvalidDisputeTransition, StaleVersion),
)
resolve_dispute: Final = UseCase(
    Permission.DECIDE_ON_DISPUTES,
    _resolve,
    _subject,
    audited_as="dispute.resolve",
    raises=(
        DisputeNotFound,
        OwnDispute,
        InvalidDisputeTransition,
        RefundNotPossible,
        CaptureInProgress,
        TooEarly,
        SlotTaken,
        TimeNotAvailable,
        *NOT_BOOKABLE,
        InvalidValue,
        StaleVersion,
    ),
)
remind_of_dispute: Final = UseCase(Permission.RUN_PLATFORM, _remind)
