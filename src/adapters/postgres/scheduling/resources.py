"""Resources, and what has taken their units, on PostgreSQL."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import (
    DateTime,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    nullslast,
    or_,
    select,
)

from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork, Work
from adapters.postgres.scheduling.tables import claims, class_places, resource_units, resources, services
from booking_domain.scheduling.model import CLAIM_MARGIN
from booking_domain.scheduling.owned_resources import (
    Resource,
    ResourceReads,
    Resources,
    ResourceUses,
    ResourceView,
    UnitUse,
)
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, ServiceId, UserId
from booking_domain.shared.time import TimeRange

RESOURCE: Final = Mapper(resources, Resource, fixed=("provider_id", "salon_id", "created_at"))
_r: Final = resources.c
_u: Final = resource_units.c
_c: Final = claims.c
_s: Final = services.c
_WIDTH: Final = len(RESOURCE.columns)
_ID: Final = bindparam("resource_id", type_=_r.id.type)
_OWNED: Final = or_(_r.provider_id == bindparam("owner"), _r.salon_id == bindparam("owner"))

_GET: Final = Statement(select(*RESOURCE.columns).where(_r.id == _ID).with_for_update())
# FOR KEY SHARE: keeps them from being deleted, and nobody from taking their units.
_OF_OWNER: Final = Statement(
    select(*RESOURCE.columns).where(_OWNED).order_by(_r.id).with_for_update(read=True, key_share=True)
)
_REMOVE: Final = Statement(delete(resources).where(_r.id == _ID))
_VIEW: Final = (
    select(*RESOURCE.columns, func.coalesce(salons.c.manager_id, providers.c.owner_id))
    .select_from(resources)
    .outerjoin(providers, providers.c.id == _r.provider_id)
    .outerjoin(salons, salons.c.id == _r.salon_id)
)
_VIEW_OF_ONE: Final = Statement(_VIEW.where(_r.id == _ID))
_VIEWS_OF_OWNER: Final = Statement(_VIEW.where(_OWNED).order_by(_r.name.collate("C"), _r.id))

_NEVER: Final = literal_column("timestamptz 'infinity'", DateTime(timezone=True))
_until_place: Final = select(func.max(func.coalesce(class_places.c.expires_at, _NEVER))).where(
    class_places.c.provider_id == _c.provider_id, class_places.c.occurrence_id == _c.id
)
LIVE_UNTIL: Final = case(
    (_c.class_id.is_(None), func.coalesce(_c.expires_at, _NEVER)), else_=_until_place.scalar_subquery()
)
"""When what a claim has taken is free again: `infinity` for a booking, null for an occurrence without places."""
_is_taken: Final = and_(
    _u.resource_id == _r.id,
    func.tstzrange(_u.blocked_from, _u.blocked_until).op("&&")(
        func.tstzrange(
            bindparam("taken_from", type_=_u.blocked_from.type), bindparam("taken_until", type_=_u.blocked_from.type)
        )
    ),
)
_TAKEN: Final = (_u.unit, _u.provider_id, _u.claim_id, _u.blocked_from, _u.blocked_until)
_need: Final = func.jsonb_array_elements(_s.needs).column_valued("need")
_needed: Final = (
    select(cast(_need.op("->>")(0), Uuid)).select_from(services).where(_s.id == func.any(bindparam("service_ids")))
)
_USES: Final = Statement(
    select(_r.id, _r.quantity, *_TAKEN)
    .select_from(resources.outerjoin(resource_units, _is_taken))
    .where(or_(_r.id == func.any(bindparam("resource_ids")), _r.id.in_(_needed)))
    .order_by(_r.id, nullslast(_u.blocked_from), _u.unit)
)
# Of claims that are there: null until when is never.
_CLAIMS_OF_UNITS: Final = Statement(
    select(_c.id, func.nullif(LIVE_UNTIL, _NEVER)).where(
        _c.provider_id == func.any(bindparam("provider_ids")),
        _c.id == func.any(bindparam("claim_ids")),
        LIVE_UNTIL.is_not(None),
    )
)


async def resource_uses(
    work: Work, services_: Sequence[ServiceId], resources_: Sequence[ResourceId], around: TimeRange
) -> Callable[[], Awaitable[tuple[ResourceUses, ...]]]:
    """Send the query for these resources and those that the services need; the returned function fetches them.

    It asks for the claims that have taken units, if there are any.
    """
    cursor = await work.execute(
        _USES,
        service_ids=list(services_),
        resource_ids=list(resources_),
        taken_from=around.start - CLAIM_MARGIN,
        taken_until=around.end + CLAIM_MARGIN,
    )

    async def fetched() -> tuple[ResourceUses, ...]:
        rows = await cursor.fetchall()
        takers = {claim_id: provider_id for _, _, _, provider_id, claim_id, _, _ in rows if claim_id is not None}
        until: dict[Any, Any] = {}
        if takers:
            provider_ids, claim_ids = list(set(takers.values())), list(takers)
            until = dict(await work.all(_CLAIMS_OF_UNITS, provider_ids=provider_ids, claim_ids=claim_ids))
        found: dict[ResourceId, tuple[int, list[UnitUse]]] = {}
        for id_, quantity, unit, provider_id, claim_id, start, end in rows:
            _, uses = found.setdefault(id_, (quantity, []))
            if claim_id in until:
                uses.append(UnitUse(unit, provider_id, claim_id, TimeRange(start, end), until[claim_id]))
        return tuple(
            ResourceUses(resource_id=id_, quantity=quantity, uses=tuple(uses))
            for id_, (quantity, uses) in found.items()
        )

    return fetched


class PostgresResources(VersionedRows[Resource], Resources):
    """`Resources` in `resources`."""

    rows = Rows(RESOURCE, "resource")

    async def get(self, resource_id: ResourceId) -> Resource | None:
        return await self._work.first(RESOURCE.read, _GET, resource_id=resource_id)

    async def of_owner(self, owner: ProviderId | SalonId) -> list[Resource]:
        return await self._work.each(RESOURCE.read, _OF_OWNER, owner=owner)

    async def remove(self, resource_id: ResourceId) -> None:
        await self._work.execute(_REMOVE, resource_id=resource_id)


class PostgresResourceReads(WithWork, ResourceReads):
    """`ResourceReads` of `resources` and their owners."""

    async def get(self, resource_id: ResourceId) -> ResourceView | None:
        return await self._work.first(_view_of, _VIEW_OF_ONE, resource_id=resource_id)

    async def of_owner(self, owner: ProviderId | SalonId) -> list[ResourceView]:
        return await self._work.each(_view_of, _VIEWS_OF_OWNER, owner=owner)


def _view_of(row: Row) -> ResourceView:
    return ResourceView(resource=RESOURCE.read(row[:_WIDTH]), owner_id=UserId(row[_WIDTH]))
