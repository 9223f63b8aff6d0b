"""Availability, external calendars, the waiting list, and the one table of claims."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.metadata import PUBLIC, instant, is_any, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, Ended, Kept, LeftToOwner, NotExported, personal_data
from booking_domain.scheduling.claims import MAX_LANES, ClaimKind
from booking_domain.scheduling.waiting import OPEN, WaitingStatus

availability_rules: Final = Table(
    "availability_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False, index=True),
    Column("day", SmallInteger, nullable=False),
    Column("start_minute", SmallInteger, nullable=False),
    Column("end_minute", SmallInteger, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("every_weeks", SmallInteger, nullable=False),
    CheckConstraint("day BETWEEN 0 AND 6", name="day"),
    CheckConstraint("start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name="minutes"),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("the calendar"), export="provider") | PUBLIC,
)

availability_exceptions: Final = Table(
    "availability_exceptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("date", Date, nullable=False),
    # Start and end minute of each range, in order; empty means closed.
    Column("minutes", ARRAY(SmallInteger), nullable=False),
    UniqueConstraint("provider_id", "date"),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("the calendar"), export="provider") | PUBLIC,
)

availability_blocks: Final = Table(
    "availability_blocks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    Column("note", Text, nullable=False),
    CheckConstraint("starts_at < ends_at", name="range"),
    Index("availability_blocks_provider_id_ends_at_idx", "provider_id", "ends_at"),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("the calendar"), export="provider") | PUBLIC,
)

calendar_feeds: Final = Table(
    "calendar_feeds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("url", Text, nullable=False),
    instant("read_at", nullable=True),
    # The next time to read the feed.
    instant("due_at"),
    Column("failure", Text),
    # Consecutive failures.
    Column("failures", Integer, nullable=False, server_default="0"),
    UniqueConstraint("provider_id", "url"),
    Index("calendar_feeds_due_at_idx", "due_at"),
    info=personal_data("provider_id", erase=DELETE, handover=ENDED, export="provider") | PUBLIC,
)

busy_times: Final = Table(
    "busy_times",
    metadata,
    Column("feed_id", Uuid, ForeignKey("calendar_feeds.id", ondelete="CASCADE"), primary_key=True),
    instant("starts_at", primary_key=True),
    instant("ends_at"),
    CheckConstraint("starts_at < ends_at", name="range"),
    info=personal_data(
        "feed_id",
        erase=Kept("deleted with their feed"),
        handover=Kept("they end with their feed"),
        export=NotExported("a copy of the external calendar, which the export names"),
    ),
)


def leave(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Give up the places on the waiting list."""
    is_open = or_(*(table.c.status == each.value for each in sorted(OPEN)))
    return update(table).where(owned, is_open).values(status=WaitingStatus.LEFT.value)


waiting_list: Final = Table(
    "waiting_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    instant("waits_from"),
    instant("waits_until"),
    Column("duration_minutes", SmallInteger),
    Column("service_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("status", Text, nullable=False),
    instant("offered_start", nullable=True),
    instant("offered_until", nullable=True),
    instant("created_at"),
    one_of("status", WaitingStatus),
    CheckConstraint("waits_from < waits_until", name="window"),
    Index("waiting_list_customer_id_id_idx", "customer_id", "id"),
    Index("waiting_list_provider_id_created_at_idx", "provider_id", "created_at"),
    Index(
        "waiting_list_open_idx",
        "provider_id",
        "created_at",
        postgresql_where=text("status IN ('waiting', 'offered')"),
    ),
    info=personal_data("customer_id", erase=DELETE, handover=Ended(leave), export="waiting_list"),
)


services: Final = Table(
    "services",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("salon_id", Uuid, ForeignKey("salons.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price_amount", BigInteger, nullable=False),
    Column("deposit_amount", BigInteger, nullable=False),
    Column("buffer_before_minutes", SmallInteger),
    Column("buffer_after_minutes", SmallInteger),
    Column("min_notice_minutes", Integer),
    Column("horizon_days", SmallInteger),
    Column("reminder_minutes", ARRAY(Integer)),
    Column("add_on", Boolean, nullable=False),
    Column("capacity", SmallInteger, nullable=False, server_default="1"),
    # The id of each resource that it needs, with how many units.
    Column("needs", JSONB, nullable=False, server_default=text("'[]'")),
    # After how many minutes each pause begins, and how many it lasts.
    Column("pauses", JSONB, nullable=False, server_default=text("'[]'")),
    Column("whole_days", Boolean, nullable=False, server_default=text("false")),
    Column("hours", JSONB),
    Column("venue_id", Uuid, ForeignKey("venues.id")),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="owner"),
    CheckConstraint("0 <= deposit_amount AND deposit_amount <= price_amount", name="deposit"),
    Index("services_provider_id_idx", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
    Index("services_salon_id_idx", "salon_id", postgresql_where=text("salon_id IS NOT NULL")),
    Index("services_venue_id_idx", "venue_id", postgresql_where=text("venue_id IS NOT NULL")),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("services"), export="services") | PUBLIC,
)

service_offers: Final = Table(
    "service_offers",
    metadata,
    Column("service_id", Uuid, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True, index=True),
    Column("minutes", SmallInteger),
    Column("price_amount", BigInteger),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("services"), export="services") | PUBLIC,
)


def is_hold(table: Table) -> ColumnElement[bool]:
    """Whether a claim is a hold."""
    return table.c.kind == literal_column(f"'{ClaimKind.HOLD.value}'")


def _delete_holds(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete holds, and the units that they have taken, too: on Citus, no foreign key does it."""
    ids = select(table.c.id).where(owned, is_hold(table))
    freed = delete(resource_units).where(resource_units.c.claim_id.in_(ids)).cte("freed")
    return delete(table).where(owned, is_hold(table)).add_cte(freed)


_OF_CUSTOMER: Final = personal_data(
    "customer_id",
    erase=_delete_holds,
    handover=Ended(_delete_holds),
    export=NotExported("holds are kept for minutes; bookings are exported"),
)


claims: Final = Table(
    "claims",
    metadata,
    # Found by `id`. Citus wants the column by which it spreads a table in each key.
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    # Of an occurrence of a class it is the provider's account: its places have the customers.
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("kind", Text, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    instant("blocked_from"),
    instant("blocked_until"),
    instant("expires_at", nullable=True),
    # The service of which the row is an occurrence, and its places when it was first booked.
    Column("class_id", Uuid),
    Column("capacity", SmallInteger, nullable=False, server_default="1"),
    # Where the appointment is; null: at the provider's own place. A trigger keeps free the way from one to another.
    Column("venue_id", Uuid),
    # A claim with pauses has a row for each part that it occupies. All but the first say of which claim they are.
    Column("part_of", Uuid),
    CheckConstraint(is_any("kind", ClaimKind), name="kind"),
    CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="expiry"),
    ForeignKeyConstraint(["part_of", "provider_id"], ["claims.id", "claims.provider_id"], ondelete="CASCADE"),
    CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", name="ranges"),
    # Guarantees that claims of a provider do not overlap, whatever the application does.
    ExcludeConstraint(
        (Column("provider_id", Uuid), "="),
        (func.tstzrange(Column("blocked_from"), Column("blocked_until")), "&&"),
        name="claims_no_overlap",
        using="gist",
    ),
    Index("claims_holds_customer_id_idx", "customer_id", postgresql_where=text("kind = 'hold'")),
    Index("claims_holds_expires_at_idx", "expires_at", postgresql_where=text("kind = 'hold'")),
    Index("claims_part_of_idx", "part_of", "provider_id", postgresql_where=text("part_of IS NOT NULL")),
    Index("claims_occurrences_ends_at_idx", "ends_at", postgresql_where=text("class_id IS NOT NULL")),
    info=_OF_CUSTOMER | PUBLIC,
)

# The claims that share an occurrence of a class. The number of a place is unique and at most the capacity, so an
# occurrence never has more places than its capacity, whatever the application does.
class_places: Final = Table(
    "class_places",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("occurrence_id", Uuid, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("capacity", SmallInteger, nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("kind", Text, nullable=False),
    instant("expires_at", nullable=True),
    one_of("kind", ClaimKind),
    CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="expiry"),
    CheckConstraint("1 <= place AND place <= capacity", name="place"),
    ForeignKeyConstraint(["occurrence_id", "provider_id"], ["claims.id", "claims.provider_id"]),
    UniqueConstraint("occurrence_id", "place", "provider_id"),
    Index("class_places_holds_customer_id_idx", "customer_id", postgresql_where=text("kind = 'hold'")),
    Index("class_places_holds_provider_id_idx", "provider_id", postgresql_where=text("kind = 'hold'")),
    Index("class_places_holds_expires_at_idx", "expires_at", postgresql_where=text("kind = 'hold'")),
    info=_OF_CUSTOMER | PUBLIC,
)

# The claims that the provider's side has overbooked: they lie over claims, in lanes of their own. Few rows, which end
# with the appointment's time, as claims do.
overbooked_claims: Final = Table(
    "overbooked_claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    instant("blocked_from"),
    instant("blocked_until"),
    Column("venue_id", Uuid),
    CheckConstraint(f"1 <= lane AND lane <= {MAX_LANES}", name="lane"),
    CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", name="ranges"),
    # Guarantees that claims of a lane do not overlap, so that no more lie over one another than there are lanes.
    ExcludeConstraint(
        (Column("provider_id", Uuid), "="),
        (Column("lane", SmallInteger), "="),
        (func.tstzrange(Column("blocked_from"), Column("blocked_until")), "&&"),
        name="overbooked_claims_no_overlap",
        using="gist",
    ),
    info=personal_data(
        "customer_id",
        erase=Kept("they are the times of bookings"),
        handover=Kept("they end with their booking"),
        export=NotExported("bookings are exported"),
    )
    | PUBLIC,
)

resources: Final = Table(
    "resources",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("salon_id", Uuid, ForeignKey("salons.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("quantity", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="owner"),
    Index("resources_provider_id_idx", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
    Index("resources_salon_id_idx", "salon_id", postgresql_where=text("salon_id IS NOT NULL")),
    info=personal_data("provider_id", erase=DELETE, handover=LeftToOwner("resources"), export="resources") | PUBLIC,
)

# What claims have taken of resources; an occurrence of a class takes units once, for all of its places. They are
# deleted with the claim, and those of an occurrence with its last place.
resource_units: Final = Table(
    "resource_units",
    metadata,
    Column("claim_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False),
    Column("resource_id", Uuid, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True),
    Column("unit", SmallInteger, primary_key=True),
    # How many there were.
    Column("quantity", SmallInteger, nullable=False),
    # The provider or salon that has the resource: what it and its members show changes.
    Column("owner_id", Uuid, nullable=False),
    instant("blocked_from"),
    instant("blocked_until"),
    CheckConstraint("1 <= unit AND unit <= quantity", name="unit"),
    ForeignKeyConstraint(["claim_id", "provider_id"], ["claims.id", "claims.provider_id"], ondelete="CASCADE"),
    # Guarantees that a unit is taken once at a time, whatever the application does.
    ExcludeConstraint(
        (Column("resource_id", Uuid), "="),
        (Column("unit", SmallInteger), "="),
        (func.tstzrange(Column("blocked_from"), Column("blocked_until")), "&&"),
        name="resource_units_no_overlap",
        using="gist",
    ),
    info=personal_data(
        "claim_id",
        erase=Kept("deleted with their claim"),
        handover=Kept("they end with their claim"),
        export=NotExported("what a booking takes of a resource is of its provider or salon"),
    )
    | PUBLIC,
)

HELD: Final = (claims, class_places)
"""The tables that have holds."""
