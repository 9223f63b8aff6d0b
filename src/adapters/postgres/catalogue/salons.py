"""Salons, their hours and their members on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Double,
    FromClause,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.catalogue.hours import opening_hours_json, opening_hours_of
from adapters.postgres.catalogue.tables import (
    PROVIDER_TOTALS,
    invitation_links,
    providers,
    salon_invitations,
    salons,
    tail_of,
    totals_of,
)
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.images import images_json, images_of
from adapters.postgres.kit.rows import Rows, SavedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.ports import Salons
from booking_domain.catalogue.salons import Member, MemberStatus, Salon
from booking_domain.scheduling.model import OpeningHours
from booking_domain.scheduling.ports import SalonHours
from booking_domain.shared.earth import EARTH_RADIUS_METRES
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.turns import EQUAL, Turn
from booking_domain.use_cases.platform.ports import SalonReads
from booking_domain.use_cases.platform.views import (
    Invitation,
    ListedSalon,
    ManagedSalon,
    MemberView,
    PublicName,
    SalonView,
)

SALON: Final = Mapper(
    salons,
    Salon,
    elsewhere=("hours",),
    location=Columns("lat", "lon"),
    photos=Converted("photos", write=images_json, read=images_of),
    fixed=("manager_id", "created_at"),
)
_s: Final = salons.c
_p: Final = providers.c
_i: Final = salon_invitations.c
_THIS: Final = bindparam("salon", type_=_s.id.type)
_WHO: Final = bindparam("provider", type_=_p.id.type)

_ADD: Final = Statement(insert(salons))
_LOCK: Final = Statement(select(*SALON.columns).where(_s.id == _THIS).with_for_update(key_share=True))
_VIEW: Final = Statement(select(*SALON.columns, _s.hours).where(_s.id == _THIS))
_BY_TAIL: Final = Statement(select(*SALON.columns).where(tail_of(_s.id) == bindparam("tail")))
_OF_MANAGER: Final = Statement(select(*SALON.columns).where(_s.manager_id == bindparam("manager_id")).order_by(_s.id))
_MANAGER_OF: Final = Statement(
    select(_s.manager_id).select_from(salons.join(providers, _p.salon_id == _s.id)).where(_p.id == _WHO)
)
_COUNT: Final = Statement(select(func.count()).where(_s.manager_id == bindparam("manager_id")))
_HOURS: Final = Statement(select(_s.time_zone, _s.hours).where(_s.id == _THIS))
_SAVE_HOURS: Final = Statement(update(salons).where(_s.id == _THIS).values(hours=bindparam("hours")))
PEOPLE: Final = cast(
    CompoundSelect[Any],
    union_all(
        select(
            _p.salon_id.label("salon_id"),
            _p.id.label("provider_id"),
            literal_column(f"'{MemberStatus.MEMBER}'").label("status"),
        ).where(_p.salon_id.is_not(None)),
        select(_i.salon_id, _i.provider_id, literal_column(f"'{MemberStatus.INVITED}'")),
    ),
).subquery("people")
# Who is invited may be a member elsewhere, whose turn there does not count here.
_HERE: Final = PEOPLE.c.status == MemberStatus.MEMBER.value
_TURN: Final = (case((_HERE, _p.turn_weight)), case((_HERE, _p.turn_priority)))
_NAMED: Final = PEOPLE.join(providers, _p.id == PEOPLE.c.provider_id)
_MEMBERS: Final = Statement(
    select(PEOPLE.c.provider_id, PEOPLE.c.status, _p.display_name, *_TURN)
    .select_from(_NAMED)
    .where(PEOPLE.c.salon_id == _THIS)
    .order_by(PEOPLE.c.provider_id)
)
_MANAGED: Final = Statement(
    select(*SALON.columns, PEOPLE.c.provider_id, PEOPLE.c.status, _p.display_name, *_TURN)
    .select_from(salons.outerjoin(_NAMED, PEOPLE.c.salon_id == _s.id))
    .where(_s.manager_id == bindparam("manager_id"))
    .order_by(_s.id, PEOPLE.c.provider_id)
)
_l: Final = invitation_links.c
_u: Final = users.c
_USER_ID: Final = bindparam("user_id", type_=_u.id.type)
_OPEN: Final = and_(
    _l.uses < _l.most_uses,
    _l.withdrawn_at.is_(None),
    _l.declined_at.is_(None),
    _l.expires_at > bindparam("now", type_=_l.expires_at.type),
)
_INVITED: Final = union_all(
    select(_i.salon_id, _i.invited_at)
    .join_from(salon_invitations, providers, _p.id == _i.provider_id)
    .where(_p.owner_id == _USER_ID),
    select(_l.salon_id, _l.created_at)
    .join_from(users, invitation_links, and_(_l.email == _u.email, _u.email_verified_at.is_not(None)))
    .where(_u.id == _USER_ID, _OPEN),
    select(_l.salon_id, _l.created_at)
    .join_from(users, invitation_links, and_(_l.phone_index == _u.phone_index, _u.phone_verified_at.is_not(None)))
    .where(_u.id == _USER_ID, _OPEN),
).subquery("invited")
_LAST: Final = func.max(_INVITED.c.invited_at)
_INVITATIONS: Final = Statement(
    select(*SALON.columns, _LAST)
    .select_from(salons.join(_INVITED, _INVITED.c.salon_id == _s.id))
    .group_by(_s.id)
    .order_by(_LAST.desc(), _s.id)
)
_SALON_OF: Final = Statement(select(_p.salon_id).where(_p.id == _WHO))
_INVITE: Final = Statement(insert(salon_invitations).on_conflict_do_nothing())
_UNINVITE: Final = Statement(delete(salon_invitations).where(_i.salon_id == _THIS, _i.provider_id == _WHO))
_DEFAULT: Final[ColumnElement[int]] = literal_column("DEFAULT")
_JOIN: Final = Statement(
    update(providers).where(_p.id == _WHO).values(salon_id=_THIS, turn_weight=_DEFAULT, turn_priority=_DEFAULT)
)
_SAVE_TURN: Final = Statement(
    update(providers).where(_p.id == _WHO).values(turn_weight=bindparam("weight"), turn_priority=bindparam("priority"))
)
_FREE_MEMBERS: Final = Statement(update(providers).where(_p.salon_id == _THIS).values(salon_id=None))
_WITHDRAW_ALL: Final = Statement(delete(salon_invitations).where(_i.salon_id == _THIS))
_WITHDRAW_LINKS: Final = Statement(delete(invitation_links).where(invitation_links.c.salon_id == _THIS))
_DELETE: Final = Statement(delete(salons).where(_s.id == _THIS))
_PART: Final = Statement(update(providers).where(_p.id == _WHO, _p.salon_id == _THIS).values(salon_id=None))
_OF_PROVIDER: Final = Statement(
    select(*SALON.columns).select_from(salons.join(providers, _p.salon_id == _s.id)).where(_p.id == _WHO)
)
_LAT: Final[BindParameter[float | None]] = bindparam("lat", type_=Double())
_LON: Final[BindParameter[float | None]] = bindparam("lon", type_=Double())


def metres_to(table: FromClause) -> ColumnElement[Any]:
    """`Location.metres_to` the point of the parameters."""
    lat, other_lat = func.radians(_LAT), func.radians(table.c.lat)
    # Not divided by two: SQLAlchemy divides by a number of type numeric, which is converted for each row.
    half_chord = func.power(func.sin((other_lat - lat) * 0.5), 2) + func.cos(lat) * func.cos(other_lat) * func.power(
        func.sin(func.radians(table.c.lon - _LON) * 0.5), 2
    )
    # `least` ignores null, unless both are.
    return 2 * EARTH_RADIUS_METRES * func.asin(func.sqrt(func.least(half_chord, 1.0 + table.c.lat * 0.0)))


_LISTED: Final = Statement(
    select(*SALON.columns, *PROVIDER_TOTALS)
    .select_from(salons.join(providers, _p.salon_id == _s.id))
    .where(_p.status == ProfileStatus.APPROVED.value, _s.id == any_(bindparam("salon_ids", type_=ARRAY(Uuid))))
    .group_by(_s.id)
    .order_by(_s.id)
)

_NAMES: Final = Statement(
    select(_s.id, _s.name)
    .where(
        exists().where(_p.salon_id == _s.id, _p.status == ProfileStatus.APPROVED.value),
        if_given("after", _s.id, _s.id > bindparam("after", type_=Uuid())),
    )
    .order_by(_s.id)
    .limit(bindparam("most"))
)


def _listed(row: Row) -> ListedSalon:
    own = len(SALON.columns)
    return ListedSalon(salon=SALON.read(row[:own]), totals=totals_of(row[own:]))


class PostgresSalons(SavedRows[Salon], Salons):
    """`Salons` in `salons` and `salon_invitations`; a member's row in `providers` names the salon."""

    rows = Rows(SALON, "salon")

    async def add(self, salon: Salon) -> None:
        hours = Jsonb(opening_hours_json(OpeningHours(time_zone=salon.time_zone)))
        await self._work.execute(_ADD, **SALON.write(salon), hours=hours)

    async def count_of(self, manager_id: UserId) -> int:
        return await count_under_lock(self._work, f"salons of {manager_id}", _COUNT, manager_id=manager_id)

    async def lock(self, salon_id: SalonId) -> Salon | None:
        return await self._work.first(SALON.read, _LOCK, salon=salon_id)

    async def members(self, salon_id: SalonId) -> tuple[Member, ...]:
        rows = await self._work.all(_MEMBERS, salon=salon_id)
        return tuple(
            Member(provider_id=ProviderId(id_), status=MemberStatus(status), turn=_turn(*turn))
            for id_, status, _, *turn in rows
        )

    async def salon_of(self, provider_id: ProviderId) -> SalonId | None:
        row = await self._work.one(_SALON_OF, provider=provider_id)
        return None if row is None or row[0] is None else SalonId(row[0])

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _MANAGER_OF, provider=provider_id)

    async def invite(self, salon_id: SalonId, provider_id: ProviderId, now: datetime) -> None:
        await self._work.execute(_INVITE, salon_id=salon_id, provider_id=provider_id, invited_at=now)

    async def add_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        await self._work.execute(_JOIN, salon=salon_id, provider=provider_id)
        await self._work.execute(_UNINVITE, salon=salon_id, provider=provider_id)

    async def save_turn(self, provider_id: ProviderId, turn: Turn) -> None:
        await self._work.execute(_SAVE_TURN, provider=provider_id, weight=turn.weight, priority=turn.priority)

    async def remove(self, salon_id: SalonId) -> None:
        for statement in (_FREE_MEMBERS, _WITHDRAW_ALL, _WITHDRAW_LINKS, _DELETE):
            await self._work.execute(statement, salon=salon_id)

    async def remove_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        await self._work.execute(_PART, salon=salon_id, provider=provider_id)
        await self._work.execute(_UNINVITE, salon=salon_id, provider=provider_id)


class PostgresSalonHours(WithWork, SalonHours):
    """`SalonHours` in the column `hours`."""

    async def hours_of(self, salon_id: SalonId) -> OpeningHours | None:
        return await self._work.first(lambda row: opening_hours_of(row[0], row[1]), _HOURS, salon=salon_id)

    async def save_hours(self, salon_id: SalonId, hours: OpeningHours) -> None:
        await self._work.execute(_SAVE_HOURS, salon=salon_id, hours=Jsonb(opening_hours_json(hours)))


class PostgresSalonReads(WithWork, SalonReads):
    """`SalonReads` of `salons`, `salon_invitations` and `providers`."""

    async def get(self, salon_id: SalonId) -> SalonView | None:
        row = await self._work.one(_VIEW, salon=salon_id)
        if row is None:
            return None
        salon = SALON.read(row[:-1])
        return SalonView(salon=salon, hours=opening_hours_of(salon.time_zone, row[-1]))

    async def with_tail(self, tail: str) -> list[Salon]:
        return await self._work.each(SALON.read, _BY_TAIL, tail=tail)

    async def members(self, salon_id: SalonId) -> list[MemberView]:
        return [_member(*row) for row in await self._work.all(_MEMBERS, salon=salon_id)]

    async def managed_by(self, manager_id: UserId) -> list[ManagedSalon]:
        found: dict[Salon, list[MemberView]] = {}
        for *columns, provider_id, status, name, weight, priority in await self._work.all(
            _MANAGED, manager_id=manager_id
        ):
            members = found.setdefault(SALON.read(columns), [])
            if provider_id is not None:
                members.append(_member(provider_id, status, name, weight, priority))
        return [ManagedSalon(salon=salon, members=tuple(members)) for salon, members in found.items()]

    async def invitations_of(self, user_id: UserId, now: datetime) -> list[Invitation]:
        rows = await self._work.all(_INVITATIONS, user_id=user_id, now=now)
        return [Invitation(salon=SALON.read(columns), invited_at=invited_at) for *columns, invited_at in rows]

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        return await PostgresSalons(self._work).manager_of(provider_id)

    async def of_manager(self, manager_id: UserId) -> list[Salon]:
        return await self._work.each(SALON.read, _OF_MANAGER, manager_id=manager_id)

    async def of_provider(self, provider_id: ProviderId) -> Salon | None:
        return await self._work.first(SALON.read, _OF_PROVIDER, provider=provider_id)

    async def listed(self, salon_ids: Sequence[SalonId]) -> list[ListedSalon]:
        return await self._work.each(_listed, _LISTED, salon_ids=list(salon_ids))

    async def names(self, after: UUID | None, limit: int) -> list[PublicName]:
        return [PublicName(*row) for row in await self._work.all(_NAMES, after=after, most=limit)]


def _member(provider_id: UUID, status: str, name: str, weight: int | None, priority: int | None) -> MemberView:
    return MemberView(
        provider_id=ProviderId(provider_id), status=MemberStatus(status), name=name, turn=_turn(weight, priority)
    )


def _turn(weight: int | None, priority: int | None) -> Turn:
    return EQUAL if weight is None or priority is None else Turn(weight=weight, priority=priority)
