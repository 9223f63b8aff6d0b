"""Services and the offers of salon members on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from adapters.postgres.catalogue.hours import rules_json, rules_of
from adapters.postgres.catalogue.needs import needs_json, needs_of
from adapters.postgres.catalogue.pauses import pauses_json, pauses_of
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, by_first, of_each
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.scheduling.tables import service_offers, services
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.services import (
    OfferedService,
    Service,
    ServiceOffer,
    ServiceReads,
    Services,
    ServiceView,
)
from booking_domain.scheduling.weekly import ServiceHours
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, ServiceId, UserId

SERVICE: Final = Mapper(
    services,
    Service,
    price=Columns("price_amount", "currency"),
    deposit=Columns("deposit_amount", "currency"),
    reminder_minutes=Converted("reminder_minutes", write=list, read=tuple),
    needs=Converted(
        "needs",
        write=lambda needs: Jsonb(needs_json(needs)),
        read=needs_of,
    ),
    pauses=Converted("pauses", write=lambda pauses: Jsonb(pauses_json(pauses)), read=pauses_of),
    hours=Converted(
        "hours", write=lambda hours: Jsonb(rules_json(hours.rules)), read=lambda kept: ServiceHours(rules_of(kept))
    ),
    fixed=("provider_id", "salon_id", "currency", "created_at"),
)
OFFER: Final = Mapper(service_offers, ServiceOffer)
_s: Final = services.c
_o: Final = service_offers.c
_p: Final = providers.c
_WIDTH: Final = len(SERVICE.columns)
_ID: Final = bindparam("service_id", type_=_s.id.type)

_GET: Final = Statement(select(*SERVICE.columns).where(_s.id == _ID))
_OWN: Final = Statement(
    select(*SERVICE.columns).where(_s.provider_id == bindparam("provider_id")).order_by(_s.id).with_for_update()
)
_COUNT: Final = Statement(
    select(func.count()).where(or_(_s.provider_id == bindparam("owner"), _s.salon_id == bindparam("owner")))
)
_NEEDING: Final = Statement(
    select(func.count()).where(
        _s.needs.op("@>")(func.jsonb_build_array(func.jsonb_build_array(bindparam("resource_id", type_=_s.id.type))))
    )
)
_REMOVE: Final = Statement(delete(services).where(_s.id == _ID))
_OFFERING: Final = Statement(
    select(_p.id)
    .join(services, _s.salon_id == _p.salon_id)
    .join(service_offers, and_(_o.service_id == _s.id, _o.provider_id == _p.id))
    .where(_s.id == _ID)
    .order_by(_p.id)
)
_SAVE_OFFER: Final = OFFER.upsert()
_REMOVE_OFFER: Final = Statement(
    delete(service_offers).where(_o.service_id == _ID, _o.provider_id == bindparam("provider_id"))
)

_IS_BOOKABLE: Final = and_(_s.active, _s.currency == _p.currency)
_PUBLISHED: Final = _p.status == literal_column(f"'{ProfileStatus.APPROVED.value}'")
_OFFERED: Final = (
    providers.join(services, or_(_s.provider_id == _p.id, _s.salon_id == _p.salon_id))
    .outerjoin(service_offers, and_(_o.service_id == _s.id, _o.provider_id == _p.id))
    .outerjoin(salons, salons.c.id == _s.salon_id)
)
"""Each provider with their own services and all of their salon, and the offers of the latter."""
_OF_THIS: Final = (_p.id == bindparam("provider_id"), or_(_s.provider_id == _p.id, _o.service_id.is_not(None)))
_IN_ORDER: Final = (_s.category.collate("C"), _s.name.collate("C"), _s.id)


def _view(owner: ColumnElement[Any], bookable: ColumnElement[bool]) -> Select[Any]:
    return select(*SERVICE.columns, *OFFER.columns, owner, bookable)


_THEIRS: Final = (
    _view(
        func.coalesce(salons.c.manager_id, _p.owner_id).label("owner"),
        and_(_IS_BOOKABLE, _PUBLISHED).label("bookable"),
    )
    .select_from(_OFFERED)
    .where(*_OF_THIS)
)
_OF_PROVIDER: Final = Statement(_THEIRS.order_by(*_IN_ORDER))
_OF_PROVIDERS: Final = Statement(of_each(_THEIRS, by="provider_id", among="provider_ids"))
_AMONG: Final = (
    select(*SERVICE.columns, *OFFER.columns)
    .select_from(_OFFERED)
    .where(*_OF_THIS, _IS_BOOKABLE, _s.id == func.any(bindparam("service_ids")))
)
SERVICES_AMONG: Final = Statement(_AMONG)
"""The services among `service_ids` that a provider offers."""
SERVICES_OF_EACH: Final = Statement(of_each(_AMONG, by="provider_id", among="provider_ids"))
"""The same, of each of `provider_ids`, with whose they are."""
_OWNED: Final = (
    services.outerjoin(providers, _p.id == _s.provider_id)
    .outerjoin(salons, salons.c.id == _s.salon_id)
    .outerjoin(service_offers, false())
)
_BY_OWNER: Final = _view(
    func.coalesce(salons.c.manager_id, _p.owner_id),
    and_(_s.active, or_(_p.id.is_(None), and_(_IS_BOOKABLE, _PUBLISHED))),
).select_from(_OWNED)
_ONE: Final = Statement(_BY_OWNER.where(_s.id == _ID))
_OF_SALON: Final = Statement(_BY_OWNER.where(_s.salon_id == bindparam("salon_id")).order_by(*_IN_ORDER))
_OFFERS_IN: Final = Statement(
    _view(salons.c.manager_id, _IS_BOOKABLE)
    .select_from(_OFFERED)
    .where(_s.salon_id == bindparam("salon_id"), _o.service_id.is_not(None), _IS_BOOKABLE, _PUBLISHED)
    .order_by(*_IN_ORDER, _p.id)
)


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """EXISTS, looked up for each provider: for a page of them the planner would read the services of all."""
    return select(true()).where(*conditions).limit(1).correlate(providers).scalar_subquery().is_not(None)


OFFERS_SERVICES: Final = or_(
    _some(_s.provider_id == _p.id, ~_s.add_on, _IS_BOOKABLE),
    _some(_s.salon_id == _p.salon_id, ~_s.add_on, _IS_BOOKABLE, _o.service_id == _s.id, _o.provider_id == _p.id),
)
"""Whether a provider offers a service that is no add-on."""

_LENGTH: Final = func.jsonb_array_elements(_p.durations).column_valued("length")
SHORTEST_MINUTES: Final = func.coalesce(
    select(func.min(func.coalesce(_o.minutes, _s.minutes)))
    .select_from(services.outerjoin(service_offers, and_(_o.service_id == _s.id, _o.provider_id == _p.id)))
    .where(
        or_(_s.provider_id == _p.id, and_(_s.salon_id == _p.salon_id, _o.service_id.is_not(None))),
        ~_s.add_on,
        _IS_BOOKABLE,
    )
    .correlate(providers)
    .scalar_subquery(),
    func.least(
        _p.duration_minutes,
        select(func.min(cast(_LENGTH.op("->>")(0), Integer))).correlate(providers).scalar_subquery(),
    ),
)
"""The length of the shortest service that a provider offers and that is no add-on, else of the shortest appointment."""

OFFERS_ALL: Final = select(func.count()).select_from(
    services.outerjoin(service_offers, and_(_o.service_id == _s.id, _o.provider_id == _p.id))
).where(
    or_(_s.provider_id == _p.id, and_(_s.salon_id == _p.salon_id, _o.service_id.is_not(None))),
    _IS_BOOKABLE,
    _s.id == func.any(bindparam("service_ids")),
).correlate(providers).scalar_subquery() == func.cardinality(bindparam("service_ids"))
"""Whether a provider offers all of `service_ids`."""


def offered_of(rows: Sequence[Row]) -> tuple[OfferedService, ...]:
    """The services of `SERVICES_AMONG` rows."""
    return tuple(SERVICE.read(row[:_WIDTH]).offered(_offer_of(row)) for row in rows)


def _offer_of(row: Row) -> ServiceOffer | None:
    columns = row[_WIDTH : _WIDTH + len(OFFER.columns)]
    return None if columns[0] is None else OFFER.read(columns)


def _view_of(row: Row) -> ServiceView:
    return ServiceView(
        service=SERVICE.read(row[:_WIDTH]), offer=_offer_of(row), owner_id=UserId(row[-2]), bookable=row[-1]
    )


class PostgresServices(VersionedRows[Service], Services):
    """`Services` in `services` and `service_offers`."""

    rows = Rows(SERVICE, "service")

    async def get(self, service_id: ServiceId) -> Service | None:
        return await self._work.first(SERVICE.read, _GET, service_id=service_id)

    async def count_of(self, owner: ProviderId | SalonId) -> int:
        row = await self._work.one(_COUNT, owner=owner)
        return 0 if row is None else int(row[0])

    async def of_provider(self, provider_id: ProviderId) -> list[Service]:
        return await self._work.each(SERVICE.read, _OWN, provider_id=provider_id)

    async def count_needing(self, resource_id: ResourceId) -> int:
        [[count]] = await self._work.all(_NEEDING, resource_id=resource_id)
        return int(count)

    async def remove(self, service_id: ServiceId) -> None:
        await self._work.execute(_REMOVE, service_id=service_id)

    async def save_offer(self, offer: ServiceOffer) -> None:
        await self._work.execute(_SAVE_OFFER, **OFFER.write(offer))

    async def offering(self, service_id: ServiceId) -> list[ProviderId]:
        return [ProviderId(id_) for (id_,) in await self._work.all(_OFFERING, service_id=service_id)]

    async def remove_offer(self, service_id: ServiceId, provider_id: ProviderId) -> None:
        await self._work.execute(_REMOVE_OFFER, service_id=service_id, provider_id=provider_id)


class PostgresServiceReads(WithWork, ServiceReads):
    """`ServiceReads` of `services`, `service_offers` and their owners."""

    async def get(self, service_id: ServiceId) -> ServiceView | None:
        return await self._work.first(_view_of, _ONE, service_id=service_id)

    async def of_provider(self, provider_id: ProviderId) -> list[ServiceView]:
        return await self._work.each(_view_of, _OF_PROVIDER, provider_id=provider_id)

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> dict[ProviderId, list[ServiceView]]:
        rows = by_first(await self._work.all(_OF_PROVIDERS, provider_ids=list(provider_ids)))
        return {ProviderId(each): [_view_of(row) for row in of_each] for each, of_each in rows.items()}

    async def of_salon(self, salon_id: SalonId) -> list[ServiceView]:
        return await self._work.each(_view_of, _OF_SALON, salon_id=salon_id)

    async def offers_in(self, salon_id: SalonId) -> list[ServiceView]:
        return await self._work.each(_view_of, _OFFERS_IN, salon_id=salon_id)
