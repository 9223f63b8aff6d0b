"""Salons, and providers: profile, calendar settings and terms in one row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import BigInteger

from adapters.postgres.kit.encryption import encrypted
from adapters.postgres.kit.metadata import PUBLIC, instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, Ended, Kept, LeftToOwner, NotExported, personal_data
from adapters.postgres.kit.work import Row
from booking_domain.bookings.model import BookingMode, DepositMode
from booking_domain.catalogue.events import SalonLeft
from booking_domain.catalogue.model import (
    PRIOR_RATING,
    PRIOR_REVIEWS,
    Accent,
    ProfileStatus,
    ProviderOrder,
    ProviderTotals,
    Rating,
    SuspensionCause,
)
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.identity.model import ERASED_NAME
from booking_domain.scheduling.feeds import WhenFeedFails
from booking_domain.scheduling.model import Anchoring, ClockChanges
from booking_domain.shared.ids import EventId
from booking_domain.shared.slugs import TAIL

_SORTS: Final = "sorts"
"""The `info` of a column that is the sort key of an order, from the highest; of equal keys the latest id is first."""


def _clear_contact(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return (
        update(table).where(owned).values(phone="", email="", photos=text("'[]'::jsonb"), version=table.c.version + 1)
    )


def tail_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The last digits of an id, by which slugs are found."""
    return func.right(cast(column, Text), literal_column(str(TAIL)))


salons: Final = Table(
    "salons",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("manager_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    # Weekly rules and exceptions, always replaced as a whole.
    Column("hours", JSONB, nullable=False),
    *(Column(name, Text, nullable=False, server_default="") for name in ("address", "city")),
    Column("lat", Double),
    Column("lon", Double),
    *(Column(name, Text, nullable=False, server_default="") for name in ("phone", "email", "instructions")),
    Column("photos", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    Index("salons_tail_idx", text(f'"right"(id::text, {TAIL})')),
    # The address stays, because other people work there; the manager's contacts are cleared.
    info=personal_data("manager_id", erase=_clear_contact, handover=LeftToOwner("salons"), export="salons") | PUBLIC,
)


def sort_keys() -> Mapping[ProviderOrder, str]:
    """The columns of `providers` that are sort keys."""
    return {each.info[_SORTS]: each.name for each in providers.c if _SORTS in each.info}


def _clear_profile(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return (
        update(table)
        .where(owned)
        .values(
            display_name=ERASED_NAME,
            bio="",
            styles=array([], type_=Text),
            languages=array([], type_=Text),
            instagram="",
            address="",
            instructions="",
            lat=null(),
            lon=null(),
            photo=null(),
            review_note=null(),
            pending=null(),
            suspension_reason=case((table.c.suspension_reason.is_not(None), ""), else_=null()),
            salon_id=null(),
            version=table.c.version + 1,
        )
    )


def _leave_salon(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """End the membership, by which the salon's manager places and sees bookings; count the change of the feeds."""
    former = select(table.c.id, table.c.salon_id).where(owned).with_for_update(key_share=True).subquery("former")
    left = {"salon_id": null(), "feeds_version": table.c.feeds_version + 1}
    return update(table).where(table.c.id == former.c.id).values(left).returning(table.c.id, former.c.salon_id)


def _left_salon(row: Row, event_id: EventId, now: datetime) -> SalonLeft | None:
    provider_id, salon_id = row
    if salon_id is None:
        return None
    return SalonLeft(id=event_id, occurred_at=now, provider_id=provider_id, salon_id=salon_id, was=MemberStatus.MEMBER)


TRAVELS: Final = "travel_minutes > 0 OR ways <> '[]'"
"""Whether a provider travels between venues; an index has the few who do."""
providers: Final = Table(
    "providers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("bio", Text, nullable=False),
    Column("styles", ARRAY(Text), nullable=False),
    Column("languages", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("instagram", Text, nullable=False, server_default=""),
    Column("accent", Text, nullable=False, server_default=Accent.WINE.value),
    Column("address", Text, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("photo", JSONB),
    Column("status", Text, nullable=False),
    Column("review_note", Text),
    # Name and picture that wait for a look: `{id, shown, display_name, photo_changed, photo, asked_at}`.
    Column("pending", JSONB),
    Column("suspension_cause", Text),
    Column("suspension_reason", Text),
    instant("suspended_at", nullable=True),
    Column("withdrawn_before", Boolean),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    # The calendar settings. The INSERT of a profile leaves the defaults; the same transaction then sets the values.
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("step_minutes", SmallInteger, nullable=False, server_default="30"),
    Column("duration_minutes", SmallInteger, nullable=False, server_default="60"),
    Column("buffer_before_minutes", SmallInteger, nullable=False, server_default="0"),
    Column("buffer_after_minutes", SmallInteger, nullable=False, server_default="0"),
    Column("min_notice_minutes", Integer, nullable=False, server_default="0"),
    Column("horizon_days", SmallInteger, nullable=False, server_default="90"),
    Column("max_per_day", SmallInteger),
    Column("max_per_week", SmallInteger),
    Column("max_per_month", Integer),
    Column("max_per_year", Integer),
    Column("anchoring", Text, nullable=False, server_default=Anchoring.OPEN_RANGE.value),
    Column("clock_changes", Text, nullable=False, server_default=ClockChanges.ELAPSED.value),
    # The common way, and two venues each with the minutes between them. The own place has the id of the provider.
    Column("travel_minutes", SmallInteger, nullable=False, server_default="0"),
    Column("ways", JSONB, nullable=False, server_default=text("'[]'")),
    Column("salon_id", Uuid, ForeignKey("salons.id"), index=True),
    # The turn in this salon. Who joins one has the default.
    Column("turn_weight", SmallInteger, nullable=False, server_default="100"),
    Column("turn_priority", SmallInteger, nullable=False, server_default="50"),
    Column("when_feeds_fail", Text, nullable=False, server_default=WhenFeedFails.TRUST.value),
    Column("trust_feeds_hours", SmallInteger, nullable=False, server_default="24"),
    # The version of settings, terms, rules, exceptions and blocks; 1 once the settings are first saved.
    Column("calendar_version", Integer, nullable=False, server_default="0"),
    # The version of the feed rule and of the list of feeds.
    Column("feeds_version", Integer, nullable=False, server_default="1"),
    # The terms.
    Column("requests_claim_time", Boolean, nullable=False, server_default=text("true")),
    Column("booking_mode", Text, nullable=False, server_default=BookingMode.INSTANT.value),
    Column("currency", Text, nullable=False, server_default="MNT"),
    Column("price_amount", BigInteger, nullable=False, server_default="0"),
    Column("deposit_amount", BigInteger, nullable=False, server_default="0"),
    # The lengths other than the default: `[[minutes, price, deposit], …]`, always replaced as a whole.
    Column("durations", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("cancellation_policy", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("payment_gateway", Text),
    Column("reminder_minutes", ARRAY(Integer), nullable=False, server_default=text("'{1440,120}'")),
    Column("instructions", Text, nullable=False, server_default=""),
    Column("deposit_mode", Text),
    Column("max_upcoming_per_customer", SmallInteger),
    # The published reviews, and the sort key of the search (`Rating`).
    Column("rating_count", Integer, nullable=False, server_default="0"),
    Column("rating_total", Integer, nullable=False, server_default="0"),
    Column(
        "rating_score",
        BigInteger,
        Computed(
            f"1000000 * ({PRIOR_REVIEWS * PRIOR_RATING}::bigint + rating_total) / ({PRIOR_REVIEWS} + rating_count)",
            persisted=True,
        ),
        info={_SORTS: ProviderOrder.RATING},
    ),
    one_of("status", ProfileStatus),
    one_of("suspension_cause", SuspensionCause),
    one_of("accent", Accent),
    one_of("booking_mode", BookingMode),
    one_of("deposit_mode", DepositMode),
    one_of("anchoring", Anchoring),
    one_of("clock_changes", ClockChanges),
    one_of("when_feeds_fail", WhenFeedFails),
    CheckConstraint("0 <= deposit_amount AND deposit_amount <= price_amount", name="deposit"),
    Index("providers_status_id_idx", "status", "id"),
    Index("providers_tail_idx", text(f'"right"(id::text, {TAIL})')),
    Index("providers_pending_idx", "id", postgresql_where=text("pending IS NOT NULL")),
    # The trigger of claims asks it.
    Index("providers_who_travel_idx", "id", postgresql_where=text(TRAVELS)),
    Index("providers_status_rating_idx", "status", "rating_score", "id"),
    info=personal_data(
        "owner_id",
        erase=_clear_profile,
        handover=Ended(_leave_salon, tells=_left_salon),
        export="provider",
    )
    | PUBLIC,
)

# Where else than at their own place providers give appointments.
venues: Final = Table(
    "venues",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("venues"), export="venues") | PUBLIC,
)

PROVIDER_TOTALS: Final = (func.count(), func.sum(providers.c.rating_count), func.sum(providers.c.rating_total))
"""The columns that `totals_of` reads, of a statement that groups providers."""


def totals_of(row: Row) -> ProviderTotals:
    """What a group of providers adds up to."""
    count, reviews, stars = row
    return ProviderTotals(count=count, rating=Rating(count=reviews, total=stars))


booking_links: Final = Table(
    "booking_links",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("link_token", Text, nullable=False),
    instant("created_at"),
    Index("booking_links_provider_id_link_token_key", "provider_id", "link_token", unique=True),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("booking links"), export="booking_links"),
)

booking_link_days: Final = Table(
    "booking_link_days",
    metadata,
    Column("link_id", Uuid, ForeignKey("booking_links.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("visitors", Integer, nullable=False),
    Column("bookings", Integer, nullable=False),
    info=personal_data("link_id", erase=DELETE, handover=Kept("counts of a booking link"), export="booking_links"),
)

# Digests of the visitors counted today. A sweep deletes those of earlier days.
booking_link_visitors: Final = Table(
    "booking_link_visitors",
    metadata,
    Column("link_id", Uuid, ForeignKey("booking_links.id"), primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    Column("visitor", LargeBinary, primary_key=True),
    info=personal_data(
        "link_id",
        erase=DELETE,
        handover=Kept("digests of visitors, deleted after a day"),
        export=NotExported("digests of visitors, deleted after a day"),
    ),
)

# Pending invitations. Accepting one deletes its row and sets the provider's `salon_id`.
salon_invitations: Final = Table(
    "salon_invitations",
    metadata,
    Column("salon_id", Uuid, ForeignKey("salons.id"), primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True, index=True),
    instant("invited_at"),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=LeftToOwner("invitations to salons"),
        export=NotExported("the salon's offer, until it is accepted or withdrawn"),
    ),
)

# Invitations of salons to people who need no account. A sweep deletes them some time after they have expired.
invitation_links: Final = Table(
    "invitation_links",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("salon_id", Uuid, ForeignKey("salons.id"), nullable=False, index=True),
    encrypted("token_sealed", field="invitation_links.token", index="token_index", nullable=False),
    Column("token_index", LargeBinary, nullable=False, unique=True),
    Column("email", Text, index=True),
    encrypted("phone_sealed", field="invitation_links.phone"),
    # The index that an account with this number has.
    Column("phone_index", LargeBinary, index=True),
    Column("language", Text, nullable=False),
    Column("most_uses", SmallInteger, nullable=False),
    Column("uses", SmallInteger, nullable=False),
    instant("created_at"),
    instant("sent_at", nullable=True),
    instant("expires_at"),
    instant("withdrawn_at", nullable=True),
    instant("declined_at", nullable=True),
    Column("version", Integer, nullable=False),
    Index("invitation_links_expires_at_idx", "expires_at"),
    info=personal_data(
        "salon_id",
        erase=DELETE,
        handover=ENDED,
        export=NotExported("contacts of other people, whom the salon has invited"),
    ),
)
