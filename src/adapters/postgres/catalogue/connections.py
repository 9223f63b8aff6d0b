"""How accounts, profiles and salons belong together, on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.catalogue.salons import PEOPLE, SALON
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import NAMES, PHONE
from adapters.postgres.kit.encryption import WithCipher, digests_of_parts
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.phones import searched_parts
from booking_domain.use_cases.platform.connections import (
    AccountConnections,
    ConnectionReads,
    NamedAccount,
    NamedProfile,
    ProfileConnections,
    SalonConnections,
    SalonPerson,
    SalonSearch,
)
from booking_domain.use_cases.platform.views import SalonName

_s: Final = salons.c
_p: Final = providers.c
_managers: Final = users.alias("managers")
_IDS: Final = func.any(bindparam("ids", type_=ARRAY(Uuid)))
_PROFILE: Final = (_p.id, _p.display_name, _p.status)
_ACCOUNT: Final = (users.c.id, users.c.name, users.c.role, users.c.status)
_MANAGER: Final = (_managers.c.id, _managers.c.name, _managers.c.role, _managers.c.status)
_SALON: Final = (_s.id, _s.name, _s.manager_id)
_WITH_SALON: Final = providers.outerjoin(salons, _s.id == _p.salon_id)
_OWNED: Final = Statement(select(_p.owner_id, *_PROFILE, *_SALON).select_from(_WITH_SALON).where(_p.owner_id == _IDS))
_MANAGED: Final = Statement(select(*_SALON).where(_s.manager_id == _IDS).order_by(_s.id))
_OF_PROVIDERS: Final = Statement(
    select(_p.id, *_ACCOUNT, *_SALON, *_MANAGER)
    .select_from(
        _WITH_SALON.join(users, users.c.id == _p.owner_id).outerjoin(_managers, _managers.c.id == _s.manager_id)
    )
    .where(_p.id == _IDS)
)
_TEXT: Final = bindparam("text", type_=Text())
_SALONS: Final = Statement(
    select(*SALON.columns, *_ACCOUNT)
    .select_from(salons.join(users, users.c.id == _s.manager_id))
    .where(
        or_(
            _TEXT.is_(None),
            *(
                func.strpos(folded(each), folded(_TEXT)) > 0
                for each in (_s.name, _s.address, _s.city, _s.email, NAMES, users.c.email)
            ),
            _s.phone.like(func.any(bindparam("numbers", type_=ARRAY(Text)))),
            users.c.phone_parts.overlap(bindparam("phone_parts")),
        ),
        if_given("salon_id", _s.id, _s.id == bindparam("salon_id")),
        if_given("after", _s.id, _s.id < bindparam("after")),
    )
    .order_by(_s.id.desc())
    .limit(bindparam("most"))
)
_PEOPLE: Final = Statement(
    select(PEOPLE.c.salon_id, PEOPLE.c.status, *_PROFILE, *_ACCOUNT)
    .select_from(PEOPLE.join(providers, _p.id == PEOPLE.c.provider_id).join(users, users.c.id == _p.owner_id))
    .where(PEOPLE.c.salon_id == _IDS)
    .order_by(PEOPLE.c.provider_id)
)


class PostgresConnectionReads(WithCipher, ConnectionReads):
    """`ConnectionReads` of `users`, `providers`, `salons` and `salon_invitations`."""

    async def of_users(self, user_ids: Sequence[UserId]) -> dict[UserId, AccountConnections]:
        ids = list(user_ids)
        owned: dict[UserId, Row] = {UserId(row[0]): row[1:] for row in await self._work.all(_OWNED, ids=ids)}
        managed: dict[UserId, list[SalonName]] = {}
        for row in await self._work.all(_MANAGED, ids=ids):
            managed.setdefault(UserId(row[2]), []).append(_named_salon(*row))
        found = {}
        for user_id in owned.keys() | managed.keys():
            profile = owned.get(user_id)
            found[user_id] = AccountConnections(
                profile=None if profile is None else _profile(*profile[:3]),
                salon=None if profile is None or profile[3] is None else _named_salon(*profile[3:]),
                managed_salons=tuple(managed.get(user_id, ())),
            )
        return found

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> dict[ProviderId, ProfileConnections]:
        rows = await self._work.all(_OF_PROVIDERS, ids=list(provider_ids))
        return {
            ProviderId(row[0]): ProfileConnections(
                account=_account(*row[1:5]),
                salon=None if row[5] is None else _named_salon(*row[5:8]),
                manager=None if row[8] is None else _account(*row[8:]),
            )
            for row in rows
        }

    async def salons(self, criteria: SalonSearch) -> list[SalonConnections]:
        own = len(SALON.columns)
        parts = searched_parts(criteria.text or "")
        rows = await self._work.all(
            _SALONS,
            **parameters(criteria),
            numbers=[f"%{part}%" for part in parts],
            phone_parts=digests_of_parts(parts, self._cipher, field=PHONE),
        )
        found = [(SALON.read(row[:own]), _account(*row[own:])) for row in rows]
        people: dict[SalonId, list[SalonPerson]] = {}
        for salon_id, status, *row in await self._work.all(_PEOPLE, ids=[salon.id for salon, _ in found]):
            person = SalonPerson(profile=_profile(*row[:3]), account=_account(*row[3:]), status=MemberStatus(status))
            people.setdefault(SalonId(salon_id), []).append(person)
        return [
            SalonConnections(salon=salon, manager=manager, members=tuple(people.get(salon.id, ())))
            for salon, manager in found
        ]


def _profile(id_: UUID, name: str, status: str) -> NamedProfile:
    return NamedProfile(id=ProviderId(id_), name=name, status=ProfileStatus(status))


def _account(id_: UUID, name: str, role: str, status: str) -> NamedAccount:
    return NamedAccount(id=UserId(id_), name=name, role=Role(role), status=UserStatus(status))


def _named_salon(id_: Any, name: Any, manager_id: Any) -> SalonName:
    return SalonName(id=SalonId(id_), name=name, manager_id=UserId(manager_id))
