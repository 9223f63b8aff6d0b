"""The contract of `ConnectionReads`."""

from booking_domain.catalogue.salons import MemberStatus
from booking_domain.identity.model import User
from booking_domain.shared.ids import SalonId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract
from booking_domain.use_cases.platform.connections import (
    AccountConnections,
    NamedAccount,
    NamedProfile,
    ProfileConnections,
    SalonConnections,
    SalonPerson,
    SalonSearch,
)
from booking_domain.use_cases.platform.views import SalonName


def _account(user: User) -> NamedAccount:
    return NamedAccount(id=user.id, name=user.name, role=user.role, status=user.status)


def _profile(cast: Cast) -> NamedProfile:
    return NamedProfile(id=cast.profile.id, name=cast.profile.display_name, status=cast.profile.status)


def _person(cast: Cast, status: MemberStatus) -> SalonPerson:
    return SalonPerson(profile=_profile(cast), account=_account(cast.owner), status=status)


class ConnectionReadsContract(StorageContract):
    """Reads of what belongs together."""

    async def test_accounts_profiles_and_salons_are_linked_both_ways(self, cast: Cast, other: Cast) -> None:
        salon = await self.a_salon(cast, name="Nomad House", city="Ховд")
        second = await self.a_salon(
            name="Second", address="Энхтайвны өргөн чөлөө 17", email="desk@second.mn", phone="+97670112233"
        )
        async with self.begin() as tx:
            await tx.salons.invite(salon.id, other.profile.id, NOW)
        named = SalonName(id=salon.id, name=salon.name, manager_id=salon.manager_id)
        manager = await self.reads.users.get(salon.manager_id)
        assert manager is not None
        everyone = [cast.owner.id, other.owner.id, cast.customer.id, manager.id, second.manager_id]
        assert await self.reads.connections.of_users(everyone) == {
            cast.owner.id: AccountConnections(profile=_profile(cast), salon=named),
            other.owner.id: AccountConnections(profile=_profile(other)),
            manager.id: AccountConnections(managed_salons=(named,)),
            second.manager_id: AccountConnections(
                managed_salons=(SalonName(id=second.id, name=second.name, manager_id=second.manager_id),)
            ),
        }
        assert await self.reads.connections.of_providers([cast.profile.id, other.profile.id]) == {
            cast.profile.id: ProfileConnections(account=_account(cast.owner), salon=named, manager=_account(manager)),
            other.profile.id: ProfileConnections(account=_account(other.owner)),
        }
        people = (_person(cast, MemberStatus.MEMBER), _person(other, MemberStatus.INVITED))
        whole = SalonConnections(
            salon=salon,
            manager=_account(manager),
            members=tuple(sorted(people, key=lambda each: each.profile.id)),
        )
        assert list(await self.reads.connections.salons(SalonSearch(salon_id=salon.id))) == [whole]
        for text, expected in (
            (None, [second.id, salon.id]),
            ("nOMad", [salon.id]),
            ("ХОВД", [salon.id]),
            ("энхтайвны", [second.id]),
            (str(manager.email)[1:-1].upper(), [salon.id]),
            ("DESK@", [second.id]),
            ("7011-2233", [second.id]),
            (str(manager.phone)[-8:], [salon.id]),
            ("nowhere", []),
        ):
            found = await self.reads.connections.salons(SalonSearch(text=text))
            assert [each.salon.id for each in found] == expected, text
        [first] = await self.reads.connections.salons(SalonSearch(limit=1))
        assert first.salon.id == second.id
        assert list(await self.reads.connections.salons(SalonSearch(after=first.salon.id))) == [whole]

    async def test_nothing_is_linked_to_strangers(self, cast: Cast) -> None:
        assert await self.reads.connections.of_users([cast.customer.id]) == {}
        assert await self.reads.connections.of_users([]) == {}
        assert await self.reads.connections.of_providers([]) == {}
        unknown = SalonId(self.make.entropy.new_id())
        assert list(await self.reads.connections.salons(SalonSearch(salon_id=unknown))) == []
