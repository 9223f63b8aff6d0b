"""Webhook endpoints and deliveries on PostgreSQL. The deliveries are both the queue and the log."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part_with_cipher
from adapters.postgres.kit.encryption import WithCipher, encrypted
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, SavedRows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.webhooks.model import (
    DeliveryId,
    DeliveryStatus,
    DisabledBecause,
    EndpointExists,
    EndpointId,
    EndpointStatus,
    Failure,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import (
    DeliveryFilter,
    EndpointFilter,
    Receiver,
    WebhookDeliveries,
    WebhookEndpoints,
    WebhookReads,
)

webhook_endpoints: Final = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    encrypted("url_sealed", field="webhook_endpoints.url", index="url_index", nullable=False),
    Column("url_index", LargeBinary, nullable=False),
    Column("description", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("status", Text, nullable=False),
    Column("disabled_because", Text),
    instant("disabled_at", nullable=True),
    encrypted("secret_sealed", field="webhook_endpoints.secret", nullable=False),
    encrypted("previous_secret_sealed", field="webhook_endpoints.previous_secret"),
    instant("previous_secret_until", nullable=True),
    Column("failures", Integer, nullable=False),
    instant("rests_until", nullable=True),
    # When the owner was asked to replace a secret of the earlier kind.
    instant("rotation_asked_at", nullable=True),
    instant("created_at"),
    Column("version", Integer, nullable=False),
    one_of("status", EndpointStatus),
    one_of("disabled_because", DisabledBecause),
    Index("webhook_endpoints_owner_id_url_index_key", "owner_id", "url_index", unique=True),
    info=personal_data("owner_id", erase=DELETE, handover=ENDED, export="webhook_endpoints"),
)


webhook_deliveries: Final = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    # The order of deliveries about one booking.
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id")),
    Column("type", Text, nullable=False),
    encrypted("payload_sealed", field="webhook_deliveries.payload", nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("first_attempt_at", nullable=True),
    instant("last_attempt_at", nullable=True),
    instant("next_attempt_at", nullable=True),
    Column("failure", Text),
    Column("response_status", SmallInteger),
    Column("response_excerpt", Text, nullable=False),
    instant("created_at"),
    Column("version", Integer, nullable=False),
    one_of("status", DeliveryStatus),
    one_of("failure", Failure),
    Index("webhook_deliveries_endpoint_id_event_id_key", "endpoint_id", "event_id", unique=True),
    Index("webhook_deliveries_endpoint_id_id_idx", "endpoint_id", "id"),
    Index("webhook_deliveries_booking_id_idx", "booking_id"),
    Index("webhook_deliveries_created_at_idx", "created_at"),
    Index(
        "webhook_deliveries_pending_idx",
        "endpoint_id",
        "booking_id",
        "seq",
        postgresql_where=text("status = 'pending'"),
    ),
    info=personal_data(
        "booking_id",
        erase=DELETE,  # deliveries about the account's bookings; the others are deleted with their endpoints
        handover=Kept("they belong to their endpoint, and end with it"),
        export=NotExported("copies of what the export shows in other sections, for two weeks"),
    ),
)

ENDPOINT: Final = Mapper(
    webhook_endpoints,
    WebhookEndpoint,
    url=Encrypted("url_sealed"),
    secret=Encrypted("secret_sealed"),
    previous_secret=Encrypted("previous_secret_sealed"),
    fixed=("owner_id", "created_at"),
)
DELIVERY: Final = Mapper(
    webhook_deliveries,
    WebhookDelivery,
    payload=Encrypted("payload_sealed"),
    fixed=("endpoint_id", "event_id", "booking_id", "type", "payload_sealed", "created_at"),
)
_e: Final = webhook_endpoints.c
_d: Final = webhook_deliveries.c
# Written out, so that the partial index serves.
_PENDING: Final = _d.status == literal_column(f"'{DeliveryStatus.PENDING.value}'")
_BLOCKED: Final = [providers.c.status == each.value for each in (ProfileStatus.SUSPENDED, ProfileStatus.DELETED)]
_RECEIVES: Final = and_(
    users.c.status == UserStatus.ACTIVE.value,
    or_(
        users.c.role == Role.ADMIN.value,
        and_(
            users.c.role == Role.PROVIDER.value,
            ~exists(select(1).where(providers.c.owner_id == users.c.id, or_(*_BLOCKED))),
        ),
    ),
)

_COUNT: Final = Statement(select(func.count()).where(_e.owner_id == bindparam("owner_id")))
_ONE_ENDPOINT: Final = select(*ENDPOINT.columns).where(_e.id == bindparam("endpoint_id"))
_GET_ENDPOINT: Final = Statement(_ONE_ENDPOINT)
_LOCK_ENDPOINT: Final = Statement(_ONE_ENDPOINT.with_for_update())
_REMOVE: Final = Statement(delete(webhook_endpoints).where(_e.id == bindparam("endpoint_id")))
_ENDPOINTS: Final = Statement(
    select(*ENDPOINT.columns)
    .where(
        if_given("owner_id", _e.owner_id, _e.owner_id == bindparam("owner_id")),
        if_given("status", _e.status, _e.status == bindparam("status")),
        if_given("after", _e.id, _e.id > bindparam("after")),
    )
    .order_by(_e.id)
    .limit(bindparam("most"))
)
_RECEIVERS: Final = Statement(
    select(*ENDPOINT.columns, users.c.role)
    .select_from(webhook_endpoints.join(users, users.c.id == _e.owner_id))
    .where(
        _e.status == EndpointStatus.ACTIVE.value,
        _RECEIVES,
        or_(
            users.c.role == Role.ADMIN.value,
            exists(
                select(1).where(
                    bookings.c.id == bindparam("booking_id"),
                    bookings.c.provider_user_id == webhook_endpoints.c.owner_id,
                )
            ),
        ),
    )
    .order_by(_e.id)
)

_ADD_DELIVERY: Final = Statement(
    insert(webhook_deliveries)
    .values({column.name: bindparam(column.name) for column in DELIVERY.columns})
    .on_conflict_do_nothing(index_elements=[_d.endpoint_id, _d.event_id])
)
_ONE_DELIVERY: Final = select(*DELIVERY.columns).where(_d.id == bindparam("delivery_id"))
_GET_DELIVERY: Final = Statement(_ONE_DELIVERY)
_LOCK_DELIVERY: Final = Statement(_ONE_DELIVERY.with_for_update())
_GIVE_UP: Final = Statement(
    update(webhook_deliveries)
    .where(_d.endpoint_id == bindparam("endpoint"), _PENDING)
    .values(status=DeliveryStatus.FAILED.value, next_attempt_at=null(), version=_d.version + 1)
)
_REPLAY_FAILED: Final = Statement(
    update(webhook_deliveries)
    .where(
        _d.endpoint_id == bindparam("endpoint"),
        _d.status == DeliveryStatus.FAILED.value,
        _d.created_at >= bindparam("since"),
    )
    .values(
        status=DeliveryStatus.PENDING.value,
        attempts=0,
        first_attempt_at=null(),
        next_attempt_at=bindparam("now"),
        version=_d.version + 1,
    )
)
_FORGET: Final = Statement(
    delete(webhook_deliveries).where(
        _d.id.in_(select(_d.id).where(_d.created_at < bindparam("before")).limit(bindparam("most")))
    )
)
_DELIVERIES: Final = Statement(
    select(*DELIVERY.columns)
    .where(
        _d.endpoint_id == bindparam("endpoint_id"),
        if_given("status", _d.status, _d.status == bindparam("status")),
        if_given("booking_id", _d.booking_id, _d.booking_id == bindparam("booking_id")),
        if_given("after", _d.id, _d.id < bindparam("after")),
    )
    .order_by(_d.id.desc())
    .limit(bindparam("most"))
)
_earlier: Final = webhook_deliveries.alias("earlier")
_FIRST_OF_ITS_BOOKING: Final = ~exists(
    select(1).where(
        _earlier.c.endpoint_id == _d.endpoint_id,
        _earlier.c.booking_id == _d.booking_id,
        _earlier.c.status == literal_column(f"'{DeliveryStatus.PENDING.value}'"),
        _earlier.c.seq < _d.seq,
    )
)
_NOW: Final = bindparam("now", type_=_d.created_at.type)


def _waiting(*columns: ColumnElement[Any]) -> Select[Any]:
    """The waiting deliveries to endpoints whose owners may receive them, due or not."""
    return (
        select(*columns)
        .select_from(
            webhook_deliveries.join(webhook_endpoints, _e.id == _d.endpoint_id).join(users, users.c.id == _e.owner_id)
        )
        .where(_PENDING, _e.status == EndpointStatus.ACTIVE.value, _RECEIVES, _FIRST_OF_ITS_BOOKING)
    )


_DUE_NOW: Final = and_(_d.next_attempt_at <= _NOW, or_(_e.rests_until.is_(None), _e.rests_until <= _NOW))
_NEXT_DUE: Final = Statement(
    _waiting(*DELIVERY.columns).where(_d.endpoint_id == bindparam("endpoint_id"), _DUE_NOW).order_by(_d.seq).limit(1)
)
_NEXT_ATTEMPT: Final = Statement(
    _waiting(func.min(func.greatest(_d.next_attempt_at, _e.rests_until))).where(
        _d.endpoint_id == bindparam("endpoint_id")
    )
)
_DUE: Final = Statement(
    _waiting(_d.endpoint_id)
    .where(_DUE_NOW)
    .group_by(_d.endpoint_id)
    .order_by(func.min(_d.next_attempt_at), _d.endpoint_id)
    .limit(bindparam("most"))
)


class PostgresWebhookEndpoints(VersionedRows[WebhookEndpoint], WithCipher, WebhookEndpoints):
    """`WebhookEndpoints` in the table `webhook_endpoints`."""

    rows = Rows(ENDPOINT, "webhook endpoint")

    async def count(self, owner_id: UserId) -> int:
        row = await self._work.one(_COUNT, owner_id=owner_id)
        return 0 if row is None else int(row[0])

    async def lock(self, endpoint_id: EndpointId) -> WebhookEndpoint | None:
        return await self._work.first(ENDPOINT.reader(self._cipher), _LOCK_ENDPOINT, endpoint_id=endpoint_id)

    async def remove(self, endpoint_id: EndpointId) -> None:
        await self._work.execute(_REMOVE, endpoint_id=endpoint_id)


class PostgresWebhookDeliveries(SavedRows[WebhookDelivery], WithCipher, WebhookDeliveries):
    """`WebhookDeliveries` in the table `webhook_deliveries`."""

    rows = Rows(DELIVERY, "webhook delivery")

    async def add(self, delivery: WebhookDelivery) -> None:
        await self._work.execute(_ADD_DELIVERY, **DELIVERY.write(delivery, self._cipher))

    async def lock(self, delivery_id: DeliveryId) -> WebhookDelivery | None:
        return await self._work.first(DELIVERY.reader(self._cipher), _LOCK_DELIVERY, delivery_id=delivery_id)

    async def give_up(self, endpoint_id: EndpointId) -> None:
        await self._work.execute(_GIVE_UP, endpoint=endpoint_id)

    async def replay_failed(self, endpoint_id: EndpointId, since: datetime, now: datetime) -> int:
        done = await self._work.execute(_REPLAY_FAILED, endpoint=endpoint_id, since=since, now=now)
        await self._work.flush()
        return done.rowcount

    async def remove_before(self, before: datetime, limit: int) -> int:
        done = await self._work.execute(_FORGET, before=before, most=limit)
        await self._work.flush()
        return done.rowcount


class PostgresWebhookReads(WithCipher, WebhookReads):
    """`WebhookReads` of both tables, with the owners in `users` and `providers`."""

    async def endpoint(self, endpoint_id: EndpointId) -> WebhookEndpoint | None:
        return await self._work.first(ENDPOINT.reader(self._cipher), _GET_ENDPOINT, endpoint_id=endpoint_id)

    async def endpoints(self, criteria: EndpointFilter) -> list[WebhookEndpoint]:
        return await self._work.each(ENDPOINT.reader(self._cipher), _ENDPOINTS, **parameters(criteria))

    async def receivers(self, booking_id: BookingId) -> list[Receiver]:
        found = []
        for *columns, role in await self._work.all(_RECEIVERS, booking_id=booking_id):
            endpoint = ENDPOINT.read(columns, self._cipher)
            found.append(Receiver(endpoint=endpoint, owner=Actor(endpoint.owner_id, Role(role))))
        return found

    async def delivery(self, delivery_id: DeliveryId) -> WebhookDelivery | None:
        return await self._work.first(DELIVERY.reader(self._cipher), _GET_DELIVERY, delivery_id=delivery_id)

    async def deliveries(self, criteria: DeliveryFilter) -> list[WebhookDelivery]:
        return await self._work.each(DELIVERY.reader(self._cipher), _DELIVERIES, **parameters(criteria))

    async def next_due(self, endpoint_id: EndpointId, now: datetime) -> WebhookDelivery | None:
        return await self._work.first(DELIVERY.reader(self._cipher), _NEXT_DUE, endpoint_id=endpoint_id, now=now)

    async def next_attempt(self, endpoint_id: EndpointId) -> datetime | None:
        return await self._work.first(lambda row: row[0], _NEXT_ATTEMPT, endpoint_id=endpoint_id)

    async def due(self, now: datetime, limit: int) -> list[EndpointId]:
        return await self._work.each(lambda row: EndpointId(row[0]), _DUE, now=now, most=limit)


CONTEXT: Final = PostgresContext(
    tables=(webhook_endpoints, webhook_deliveries),
    conflicts={"webhook_endpoints_owner_id_url_index_key": EndpointExists},
)


class WebhookRepositories(RepositoryGroup):
    """The repositories of this context."""

    webhook_endpoints = part_with_cipher(PostgresWebhookEndpoints)
    webhook_deliveries = part_with_cipher(PostgresWebhookDeliveries)


class WebhookReadGroup(ReadGroup):
    """The reads of this context."""

    webhooks = part_with_cipher(PostgresWebhookReads)
