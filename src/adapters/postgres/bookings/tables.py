"""Bookings and their audit trail."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.encryption import encrypted, parts_column
from adapters.postgres.kit.metadata import instant, is_any, metadata, one_of
from adapters.postgres.kit.personal_data import (
    DELETE,
    ENDED,
    NOW,
    USER,
    Ended,
    Kept,
    LeftToOwner,
    NotExported,
    personal_data,
)
from adapters.postgres.kit.work import Row
from booking_domain.bookings.consents import ConsentId, ConsentRevoked, ConsentStatus
from booking_domain.bookings.ideas import IdeaSide
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import TO_COME, PaymentAttempt, Status
from booking_domain.shared.ids import EventId


def _clear_notes(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.notes != "").values(notes="", version=table.c.version + 1)


def _clear_reasons(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Clear the reasons that the account gave as a party of the booking; an admin's reasons stay."""
    as_party = table.c.booking_id.in_(select(bookings.c.id).where(IS_PARTY))
    return update(table).where(owned, as_party, table.c.reason.is_not(None)).values(reason=null())


def _revoke(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Revoke what was granted: without a row, an earlier booking would allow the provider as much."""
    granted = table.c.status == ConsentStatus.GRANTED.value
    revoked = {"status": ConsentStatus.REVOKED.value, "changed_at": NOW}
    return update(table).where(owned, granted).values(revoked).returning(table.c.id)


def _revoked(row: Row, event_id: EventId, now: datetime) -> ConsentRevoked:
    return ConsentRevoked(id=event_id, occurred_at=now, consent_id=ConsentId(row[0]))


bookings: Final = Table(
    "bookings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("provider_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("status", Text, nullable=False),
    # The state of the attempt to pay the deposit.
    Column("payment_attempt", Text, nullable=False, server_default=PaymentAttempt.NONE.value),
    instant("starts_at"),
    instant("ends_at"),
    instant("blocked_from"),
    instant("blocked_until"),
    Column("time_zone", Text, nullable=False),
    # The wall-clock time of the start in `time_zone`; it stays when the rules of the zone change.
    Column("local_start", DateTime, nullable=False),
    Column("requests_claim_time", Boolean, nullable=False),
    Column("offered_times", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("offered_price_amount", BigInteger),
    Column("offered_deposit_amount", BigInteger),
    Column("offered_minutes", Integer),
    # Until when the customer can agree to what is offered for the booking's own time.
    instant("offered_until", nullable=True),
    # The last reschedule by the provider's side that the customer has not accepted.
    Column("rescheduled_by", Text),
    instant("agreed_from", nullable=True),
    instant("agreed_until", nullable=True),
    instant("objection_deadline", nullable=True),
    # The start from which the cancellation policy counts, if it is not the booking's start.
    instant("cancellation_start", nullable=True),
    # How often the customer has rescheduled a time that both parties had agreed to.
    Column("reschedules", SmallInteger, nullable=False, server_default="0"),
    Column("series_id", Uuid),
    # The services as they were offered, in order.
    Column("services", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    # Where the customer came from; the link and the item without a reference: both can be deleted.
    Column("origin", Text, nullable=False, server_default=text("'direct'")),
    Column("link_id", Uuid),
    Column("portfolio_item_id", Uuid),
    Column("placed_by_staff", Boolean, nullable=False, server_default=text("false")),
    Column("overbooked", Boolean, nullable=False, server_default=text("false")),
    Column("in_question", Boolean, nullable=False, server_default=text("false")),
    instant("questioned_at", nullable=True),
    Column("disputed_from", Text),
    Column("currency", Text, nullable=False),
    Column("price_amount", BigInteger, nullable=False),
    # What is taken off the list price, in order; the price is what is left.
    Column("discounts", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("deposit_amount", BigInteger, nullable=False),
    Column("paid_amount", BigInteger, nullable=False),
    Column("refunded_amount", BigInteger, nullable=False),
    Column("refund_pending_amount", BigInteger, nullable=False, server_default="0"),
    # What of the refunds, made and pending, is given back by a decision: it is not due again.
    Column("conceded_amount", BigInteger, nullable=False, server_default="0"),
    # The amount paid at the desk; the platform never held it.
    Column("desk_paid_amount", BigInteger, nullable=False, server_default="0"),
    # What of it is above the agreed price, and the tips besides.
    Column("extra_amount", BigInteger, nullable=False, server_default="0"),
    Column("tip_amount", BigInteger, nullable=False, server_default="0"),
    # The amount that is authorised and may still be captured, and the amount that was released.
    Column("authorised_amount", BigInteger, nullable=False, server_default="0"),
    Column("released_amount", BigInteger, nullable=False, server_default="0"),
    Column("cancellation_policy", JSONB, nullable=False),
    Column("notes", Text, nullable=False),
    instant("due_at", nullable=True),
    Column("version", Integer, nullable=False),
    # The version up to which the provider's account has entries.
    Column("earnings_version", Integer),
    instant("created_at"),
    instant("updated_at"),
    # Written briefly: each statement that writes a booking parses them anew, which costs more than to check them.
    CheckConstraint(is_any("origin", BookingOrigin), name="origin"),
    CheckConstraint(is_any("status", Status), name="status"),
    CheckConstraint(is_any("payment_attempt", PaymentAttempt), name="payment_attempt"),
    CheckConstraint(
        "disputed_from IS NULL OR (status = 'disputed' AND "
        + is_any("disputed_from", ("confirmed", "completed", "cancelled", "no_show"))
        + ")",
        name="disputed_from",
    ),
    CheckConstraint(is_any("rescheduled_by", ("provider", "manager", "admin")), name="rescheduled_by"),
    CheckConstraint(
        "num_nulls(rescheduled_by, agreed_from, agreed_until, objection_deadline) = ANY ('{0,4}')", name="time_change"
    ),
    CheckConstraint(
        "num_nulls(offered_price_amount, offered_deposit_amount, offered_minutes) = ANY ('{0,3}')"
        " AND (offered_until IS NULL OR offered_minutes > 0)",
        name="offered_scope",
    ),
    CheckConstraint(
        "0 <= least(deposit_amount, offered_deposit_amount, refunded_amount, refund_pending_amount, conceded_amount,"
        " desk_paid_amount, extra_amount, tip_amount, authorised_amount, released_amount)"
        " AND deposit_amount <= price_amount AND offered_deposit_amount <= offered_price_amount"
        " AND refunded_amount + refund_pending_amount BETWEEN conceded_amount AND paid_amount"
        " AND extra_amount <= desk_paid_amount",
        name="amounts",
    ),
    Index("bookings_overbooked_provider_id_idx", "provider_id", postgresql_where=text("overbooked")),
    Index("bookings_customer_id_id_idx", "customer_id", "id"),
    Index("bookings_provider_user_id_id_idx", "provider_user_id", "id"),
    Index("bookings_provider_id_starts_at_idx", "provider_id", "starts_at"),
    Index("bookings_starts_at_id_idx", "starts_at", "id"),
    Index("bookings_status_id_idx", "status", "id"),
    Index(
        "bookings_earnings_outdated_idx",
        "provider_id",
        "id",
        postgresql_where=text(
            "(paid_amount > 0 OR desk_paid_amount > 0 OR tip_amount > 0 OR earnings_version IS NOT NULL)"
            " AND earnings_version IS DISTINCT FROM version"
        ),
    ),
    Index(
        "bookings_provider_id_created_at_links_idx",
        "provider_id",
        "created_at",
        postgresql_where=text("link_id IS NOT NULL"),
    ),
    Index(
        "bookings_provider_id_created_at_items_idx",
        "provider_id",
        "created_at",
        postgresql_where=text("portfolio_item_id IS NOT NULL"),
    ),
    Index("bookings_series_id_idx", "series_id", postgresql_where=text("series_id IS NOT NULL")),
    Index("bookings_completed_idx", "updated_at", postgresql_where=text("status = 'completed'")),
    Index("bookings_due_at_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("bookings_offered_until_idx", "offered_until", postgresql_where=text("offered_until IS NOT NULL")),
    info=personal_data("customer_id", erase=_clear_notes, handover=LeftToOwner("bookings"), export="bookings"),
)

IS_PARTY: Final = or_(bookings.c.customer_id == USER, bookings.c.provider_user_id == USER)
"""Whether the account `USER` is the customer or the provider of a booking."""
IS_TO_COME: Final = or_(*(bookings.c.status == status.value for status in sorted(TO_COME)))
IS_UNDECIDED: Final = and_(bookings.c.in_question, bookings.c.status == Status.CONFIRMED.value)
"""Whether an admin has yet to decide on a booking, even after its end."""

_b: Final = bookings.c
FINAL_PRICE: Final = _b.price_amount + _b.extra_amount
"""What an appointment costs: `Booking.final_price`."""
OUTSTANDING: Final = func.greatest(
    0,
    func.greatest(0, FINAL_PRICE - _b.conceded_amount)
    - (_b.paid_amount - _b.refunded_amount - _b.refund_pending_amount + _b.desk_paid_amount + _b.authorised_amount),
)
"""What is still to be paid for a completed booking: `bookings.due`."""
booking_events: Final = Table(
    "booking_events",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("by_id", Uuid, nullable=False),
    Column("by_role", Text, nullable=False),
    instant("at"),
    Column("reason", Text),
    info=personal_data(
        "by_id", erase=_clear_reasons, handover=Kept("what happened to a booking, and who did it"), export="bookings"
    ),
)

booking_consents: Final = Table(
    "booking_consents",
    metadata,
    Column("id", Uuid, nullable=False, unique=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("status", Text, nullable=False),
    instant("changed_at"),
    instant("created_at"),
    one_of("status", ConsentStatus),
    Index("booking_consents_customer_id_id_idx", "customer_id", "id"),
    Index("booking_consents_provider_id_id_idx", "provider_id", "id"),
    info=personal_data("customer_id", erase=DELETE, handover=Ended(_revoke, tells=_revoked), export="booking_consents"),
)

walk_ins: Final = Table(
    "walk_ins",
    metadata,
    Column("booking_id", Uuid, ForeignKey("bookings.id"), primary_key=True),
    Column("name", Text, nullable=False),
    encrypted("phone_sealed", field="walk_ins.phone", index="phone_index", parts="phone_parts"),
    Column("phone_index", LargeBinary, index=True),
    parts_column("phone_parts"),
    # The booking in which the same customer was first entered; null: this one.
    Column("first_booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    info=personal_data("booking_id", erase=DELETE, handover=LeftToOwner("bookings"), export="bookings"),
)

# The reminders that were announced; the id is that of the event.
booking_reminders: Final = Table(
    "booking_reminders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False),
    Column("topic", Text, nullable=False),
    instant("due_at"),
    Index("booking_reminders_booking_id_idx", "booking_id", "topic", "due_at"),
    info=personal_data(
        "booking_id",
        erase=Kept("times of a booking, without texts"),
        handover=Kept("times of a booking, without texts"),
        export=NotExported("the notifications that followed are exported"),
    ),
)

ideas: Final = Table(
    "ideas",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False),
    Column("author_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("size", Text, nullable=False),
    Column("placement", Text, nullable=False),
    Column("colours", Text, nullable=False),
    Column("budget_amount", BigInteger),
    Column("estimate_amount", BigInteger),
    Column("currency", Text, nullable=False),
    instant("created_at"),
    instant("updated_at"),
    Column("version", Integer, nullable=False),
    one_of("side", IdeaSide),
    Index("ideas_booking_id_created_at_idx", "booking_id", "created_at", "id"),
    Index("ideas_author_id_id_idx", "author_id", "id"),
    info=personal_data("author_id", erase=DELETE, handover=LeftToOwner("ideas for bookings"), export="ideas"),
)

consent_codes: Final = Table(
    "consent_codes",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("code", Text, nullable=False),
    instant("created_at"),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=ENDED,
        export=NotExported("a code without meaning outside the platform; its provider sees it"),
    ),
)
