"""The JSON of disputes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.disputes.model import (
    MAX_EVIDENCE,
    MAX_NOTE,
    MAX_REASON,
    MAX_STATEMENT,
    Dispute,
    DisputeId,
    Evidence,
    EvidenceKind,
    FinalBookingStatus,
    Resolution,
    Side,
    Statement,
    Verdict,
)
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeView
from booking_domain.disputes.transitions import DisputeAction, DisputeParty, DisputeStatus
from booking_domain.files.model import FOLDERS, File, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.model import User, UserStatus
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, FileId, UserId
from booking_domain.shared.permissions import Permission, may
from booking_domain.use_cases.disputes.commands import (
    DisputeWithStatements,
    OpenDispute,
    OpenDisputeFor,
    ResolveDispute,
)
from booking_domain.use_cases.disputes.queries import DisputeCase
from entrypoints.http.bookings.schemas import BOOKING_ID, BookingJson, EventJson, booking_json, event_json
from entrypoints.http.desk_payments import DeskPaymentJson, desk_payment_json
from entrypoints.http.kit.csv_cells import FIRST_ROWS
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.exporting import ExportSource, pages
from entrypoints.http.kit.fields import Amount, Body, Cursor, Json, Limit, Timestamp, one_of
from entrypoints.http.kit.images import ImageJson, private_image_json
from entrypoints.http.kit.listing import ListQuery, ListText, PersonJson
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.payments import PaymentJson, payment_json
from entrypoints.http.providers.schemas import TierJson, tier_json

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
StatementText = Annotated[str, Meta(min_length=1, max_length=MAX_STATEMENT)]


class EvidenceBody(Body, frozen=True, kw_only=True):
    """A text, and images that the party uploaded to the folder `evidence`."""

    kind: EvidenceKind = EvidenceKind.TEXT
    text: StatementText
    file_ids: Annotated[tuple[FileId, ...], Meta(max_length=FOLDERS[Folder.EVIDENCE].most)] = ()


class OpenDisputeBody(Body, frozen=True, kw_only=True):
    """The booking to dispute, and why."""

    booking_id: BookingId
    reason: Reason
    evidence: Annotated[tuple[EvidenceBody, ...], Meta(max_length=MAX_EVIDENCE)] = ()
    """The first statements, with their images."""


class OpenDisputeForBody(OpenDisputeBody, frozen=True, kw_only=True):
    """The booking to dispute, why, and for which party: `initiatorId` is the customer's or the provider's account."""

    initiator_id: UserId
    """The party for which the dispute is opened."""


class StatementBody(EvidenceBody, frozen=True, kw_only=True):
    """A statement."""


class ResolveBody(Body, frozen=True, kw_only=True):
    """An admin's decision; only `refund_partial` takes `refundAmount`. Both parties see the note."""

    resolution: Resolution
    refund_amount: Amount | UnsetType = UNSET
    booking_status: FinalBookingStatus
    note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class OwnDisputesQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the caller's disputes."""

    status: DisputeStatus | None = None
    booking_id: BookingId | None = None


own_disputes_members: Final = members(
    OwnDisputesQuery,
    DisputeFilter,
    given=(
        "party_id",
        "opened_from",
        "opened_before",
        "overdue_at",
        "provider_id",
        "customer_id",
        "reference",
        "text",
        "order",
    ),
    **PAGE_AND_ONE,
)


class ChosenDisputesQuery(ListQuery, frozen=True, kw_only=True):
    """Which disputes to list, for admins; `from` and `to` select by the time of opening."""

    q: ListText | None = None
    status: DisputeStatus | None = None
    overdue: bool = False
    """Only open disputes whose decision is overdue."""
    booking_id: BookingId | None = None
    sort: DisputeOrder = DisputeOrder.NEWEST


class DisputesQuery(ChosenDisputesQuery, frozen=True, kw_only=True):
    """A page of disputes, for admins."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_CHOSEN: Final[dict[str, Any]] = {
    "given": ("party_id", "overdue_at"),
    "unused": ("overdue",),
    "opened_from": ChosenDisputesQuery.start,
    "opened_before": ChosenDisputesQuery.end,
    "customer_id": ("customer_id", UserId),
    "text": "q",
    "order": "sort",
}
_page: Final = members(DisputesQuery, DisputeFilter, **_CHOSEN, **PAGE_AND_ONE)
_rows: Final = members(ChosenDisputesQuery, DisputeFilter, **_CHOSEN, **FIRST_ROWS)


def disputes_filter(params: DisputesQuery, now: datetime) -> DisputeFilter:
    """The filter of a page."""
    return DisputeFilter(overdue_at=now if params.overdue else None, **_page(params))


def exported_disputes_filter(params: ChosenDisputesQuery, now: datetime) -> DisputeFilter:
    """The filter of a file."""
    return DisputeFilter(overdue_at=now if params.overdue else None, **_rows(params))


class StatementJson(Json, frozen=True, kw_only=True):
    """A statement; once its author's account is erased, its text is empty and its images are gone."""

    id: UUID
    by: Side
    """Who wrote it."""
    kind: EvidenceKind
    text: str
    images: tuple[ImageJson, ...]
    created_at: Timestamp


class VerdictJson(Json, frozen=True, kw_only=True):
    """The decision."""

    resolution: Resolution
    refund_amount: int
    """The amount that this decision refunds, in addition to refunds made or pending before."""
    currency: str
    booking_status: FinalBookingStatus
    note: str


class DisputeJson(Json, frozen=True, kw_only=True):
    """A dispute, as its parties see it."""

    id: UUID
    booking_id: UUID
    booking_reference: str
    booking_was: FinalBookingStatus
    """The booking's status before the dispute."""
    customer: PersonJson
    """The customer's account."""
    provider: PersonJson
    """The provider's profile."""
    opened_by: Side
    """The party that opened it, or an admin for the party."""
    by_admin: bool
    """Whether an admin opened it for that party."""
    reason: str
    status: DisputeStatus
    opened_at: Timestamp
    statement_due_at: Timestamp
    """By then the other party should make a statement."""
    decision_due_at: Timestamp
    """By then the platform decides."""
    verdict: VerdictJson | None = None
    closed_at: Timestamp | None = None
    """When it ended."""
    actions: tuple[str, ...]
    """The actions that the caller can take now: `make_statement`, `withdraw`, `resolve`."""
    statements: tuple[StatementJson, ...] | None = None
    """Oldest first. Lists leave it out."""
    version: int


class DisputesJson(Page[DisputeJson], frozen=True, kw_only=True):
    """A page of disputes."""


class DisputePartyJson(Json, frozen=True, kw_only=True):
    """A party, for admins."""

    id: UUID
    name: str
    email: str | None = None
    phone: str | None = None
    status: Annotated[str, one_of(UserStatus)]


class PartiesJson(Json, frozen=True, kw_only=True):
    """Both parties, for admins."""

    customer: DisputePartyJson
    provider: DisputePartyJson


class CaseRefundJson(Json, frozen=True, kw_only=True):
    """A refund of the booking."""

    id: UUID
    amount: int
    currency: str
    status: Annotated[str, one_of(RefundStatus)]
    reason: str
    approved_at: Timestamp | None = None
    processed_at: Timestamp | None = None
    created_at: Timestamp


class CaseMoneyJson(Json, frozen=True, kw_only=True):
    """All money of the booking."""

    currency: str
    paid_amount: int
    refunded_amount: int
    refund_pending_amount: int
    refundable_amount: int
    """The most that a decision can refund."""
    desk_paid_amount: int
    """The amount paid at the desk. No decision refunds it."""
    payments: tuple[PaymentJson, ...]
    refunds: tuple[CaseRefundJson, ...]
    desk_payments: tuple[DeskPaymentJson, ...]


class DisputeCaseJson(Json, frozen=True, kw_only=True):
    """A dispute with its evidence, for admins."""

    dispute: DisputeJson
    """The dispute."""
    booking: BookingJson
    cancellation_policy: tuple[TierJson, ...]
    """The tiers when the booking was made; the two percentages are from then too."""
    late_cancellation_keeps_percent: int
    no_show_keeps_percent: int
    parties: PartiesJson
    """The customer and the provider."""
    timeline: tuple[EventJson, ...]
    """The events of the booking, oldest first."""
    money: CaseMoneyJson
    """The payments and refunds of the booking."""
    earlier_disputes: tuple[DisputeJson, ...]
    """The other disputes about this booking, oldest first."""


class ExportedDisputeJson(Json, frozen=True, kw_only=True):
    """A dispute of the account, with the account's own statements."""

    id: UUID
    booking_id: UUID
    status: DisputeStatus
    opened_at: Timestamp
    reason: str | None = None
    """Only if the account opened the dispute."""
    statements: tuple[StatementJson, ...]
    """What the parties said."""
    verdict: VerdictJson | None = None


evidence: Final = projection(EvidenceBody, Evidence)
opening: Final = projection(OpenDisputeBody, OpenDispute, evidence=evidence)
opening_for: Final = projection(OpenDisputeForBody, OpenDisputeFor, dispute=opening)
decision: Final = members(ResolveBody, ResolveDispute, given=("dispute_id", "expected_version"))
_verdict_json: Final = projection(Verdict, VerdictJson, currency="refund.currency")
_statement: Final = members(Statement, StatementJson, given=("images",), by="side")
_dispute: Final = members(
    Dispute,
    DisputeJson,
    given=("booking_reference", "customer", "provider", "actions", "statements"),
    verdict=_verdict_json,
)
_exported_members: Final = members(Dispute, ExportedDisputeJson, given=("reason", "statements"), verdict=_verdict_json)
_party_json: Final = projection(User, DisputePartyJson)
_refund_json: Final = projection(Refund, CaseRefundJson, currency="amount.currency", amount="amount.amount")
_money_json: Final = projection(
    DisputeCase,
    CaseMoneyJson,
    currency="booking.price.currency",
    paid_amount="booking.paid.amount",
    refunded_amount="booking.refunded.amount",
    refund_pending_amount="booking.refund_pending.amount",
    refundable_amount="booking.totals.refundable.amount",
    desk_paid_amount="booking.desk_paid.amount",
    payments=lambda case: tuple(map(payment_json, case.payments)),
    refunds=_refund_json,
    desk_payments=desk_payment_json,
)
_case: Final = members(
    DisputeCase,
    DisputeCaseJson,
    given=("dispute", "earlier_disputes"),
    booking=booking_json,
    cancellation_policy=("booking.cancellation.tiers", tier_json),
    late_cancellation_keeps_percent="booking.cancellation.late_keeps",
    no_show_keeps_percent="booking.cancellation.no_show_keeps",
    parties=projection(DisputeCase, PartiesJson, customer=_party_json, provider=_party_json),
    timeline=event_json,
    money=_money_json,
)


def dispute_json(shown: DisputeWithStatements, actor: Actor, links: ObjectLinks) -> DisputeJson:
    """Show a dispute with its statements to a party or an admin."""
    statements = tuple(_statement_json(each, shown.images, links) for each in shown.statements)
    return _dispute_json(shown.view, actor, statements)


def _dispute_json(view: DisputeView, actor: Actor, statements: tuple[StatementJson, ...] | None = None) -> DisputeJson:
    dispute = view.dispute
    return DisputeJson(
        booking_reference=view.booking_reference,
        customer=PersonJson(id=dispute.customer_id, name=view.customer_name),
        provider=PersonJson(id=dispute.provider_id, name=view.provider_name),
        actions=_actions(dispute, actor),
        statements=statements,
        **_dispute(dispute),
    )


def _actions(dispute: Dispute, actor: Actor) -> tuple[str, ...]:
    party = dispute.party(actor.id)
    if party is None and may(actor, Permission.DECIDE_ON_DISPUTES):
        party = DisputeParty.ADMIN
    return tuple(each.value for each in DisputeAction if party is not None and dispute.may(each, party))


def _statement_json(statement: Statement, images: Mapping[UUID, Sequence[File]], links: ObjectLinks) -> StatementJson:
    shown = (file.as_image for file in images.get(statement.id, ()))
    return StatementJson(images=tuple(private_image_json(image, links) for image in shown), **_statement(statement))


def disputes_json(found: Sequence[DisputeView], limit: int, actor: Actor) -> DisputesJson:
    """A page of the `limit` + 1 disputes that were read."""
    return DisputesJson.of(found, limit, lambda view: _dispute_json(view, actor), lambda view: view.dispute.id)


def case_json(case: DisputeCase, actor: Actor, links: ObjectLinks) -> DisputeCaseJson:
    """Show a dispute with its evidence to an admin."""
    return DisputeCaseJson(
        dispute=dispute_json(case.shown, actor, links),
        earlier_disputes=tuple(_dispute_json(view, actor) for view in case.earlier),
        **_case(case),
    )


async def _exported(source: ExportSource) -> AsyncIterator[Sequence[ExportedDisputeJson]]:
    user_id, disputes = source.user.id, source.reads.disputes
    after: DisputeId | None = None
    while found := await disputes.of_party(user_id, after, source.page):
        yield [await _exported_dispute(dispute, source) for dispute in found]
        after = found[-1].id


async def _exported_dispute(dispute: Dispute, source: ExportSource) -> ExportedDisputeJson:
    user_id = source.user.id
    own = [each for each in await source.reads.disputes.statements(dispute.id) if each.author_id == user_id]
    images = await source.reads.files.of_each(Folder.EVIDENCE, [each.id for each in own])
    return ExportedDisputeJson(
        reason=dispute.reason if dispute.initiator_id == user_id else None,
        statements=tuple(_statement_json(each, images, source.links) for each in own),
        **_exported_members(dispute),
    )


DISPUTES: Final = pages("disputes", ExportedDisputeJson, _exported, about="The disputes that the user opened.")
"""The section of the export."""


_CUSTOMER: Final = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d12", "name": "Bold"}
EVIDENCE: Final[dict[str, Any]] = {"kind": "text", "text": "I waited from 10:00 to 10:40; the studio was closed."}
OPEN: Final[dict[str, Any]] = {
    "bookingId": BOOKING_ID,
    "reason": "Nobody was there.",
    "evidence": [EVIDENCE],
}
OPEN_FOR: Final[dict[str, Any]] = {**OPEN, "initiatorId": _CUSTOMER["id"]}
STATEMENT: Final[dict[str, Any]] = {"text": "I was ill and wrote to the customer at 09:00."}
RESOLVE: Final[dict[str, Any]] = {
    "resolution": "refund_partial",
    "refundAmount": 1_000_000,
    "bookingStatus": "cancelled",
    "note": "The appointment was called off too late.",
}
CSV: Final = (
    "id,bookingReference,status,openedBy,byAdmin,bookingWas,customer,provider,openedAt,statementDueAt,decisionDueAt,"
    "closedAt,resolution,refundAmount,currency,bookingStatus\r\n"
    "0199f3d4-2a61-7c3e-8f15-7b4e9d0c6a38,BK-7F3K9Q,open,customer,no,confirmed,Bold,Sarnai Tattoo,"
    "2026-11-25T02:00:00+00:00,2026-11-30T02:00:00+00:00,2026-12-09T02:00:00+00:00,,,,,\r\n"
)
