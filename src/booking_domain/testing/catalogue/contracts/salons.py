"""The contract of `Salons`, `SalonHours` and `SalonReads`."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from booking_domain.catalogue.model import Location, ProfileStatus, ProviderFilter
from booking_domain.catalogue.salons import Member, MemberStatus, Salon, SalonFilter, SearchArea
from booking_domain.scheduling.model import OpeningHours
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import (
    Backend,
    Cast,
    StorageContract,
    a_cast,
    a_salon,
    alone,
    one_wins,
    present,
    rolled_back,
    waits,
)
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import Invitation, ManagedSalon, MemberView, SalonView

ZONE: Final = "Asia/Hovd"
WORKDAY: Final = TimeRange(TOMORROW, TOMORROW + 9 * HOUR)
INVITED, MEMBER = MemberStatus.INVITED, MemberStatus.MEMBER


async def _a_salon(backend: Backend, make: Builder) -> Salon:
    return await a_salon(backend, make, time_zone=ZONE)


def _hours(make: Builder, zone: str = ZONE) -> OpeningHours:
    return OpeningHours(
        time_zone=zone,
        rules=(
            make.rule(6, "22:00-02:00"),
            replace(
                make.rule(0, "00:00-24:00"), valid_from=date(2026, 2, 28), valid_until=date(2028, 2, 29), every_weeks=3
            ),
            make.rule(2, "09:00-12:00"),
            make.rule(2, "13:00-18:00"),
        ),
        exceptions=(
            make.exception(date(2027, 1, 1)),
            make.exception(date(2026, 12, 31), "18:00-02:00", "10:00-12:00"),
        ),
    )


async def _set(backend: Backend, salon: Salon, hours: OpeningHours) -> None:
    async with backend.begin() as tx:
        await tx.salons.lock(salon.id)
        await tx.salon_hours.save_hours(salon.id, hours)


async def _join(backend: Backend, salon: Salon, cast: Cast) -> None:
    async with backend.begin() as tx:
        await tx.salons.lock(salon.id)
        await tx.calendars.lock_provider_of(cast.owner.id)
        await tx.salons.add_member(salon.id, cast.profile.id)


async def _invite(backend: Backend, salon: Salon, cast: Cast) -> None:
    async with backend.begin() as tx:
        await tx.salons.lock(salon.id)
        await tx.salons.invite(salon.id, cast.profile.id, NOW)


async def _part(backend: Backend, salon: Salon, cast: Cast) -> None:
    async with backend.begin() as tx:
        await tx.salons.lock(salon.id)
        await tx.salons.remove_member(salon.id, cast.profile.id)


async def _members(backend: Backend, salon: Salon) -> list[tuple[ProviderId, MemberStatus]]:
    members = await alone(backend).salons.members(salon.id)
    seen = await backend.reads.salons.members(salon.id)
    assert [(each.provider_id, each.status) for each in seen] == [(each.provider_id, each.status) for each in members]
    return [(member.provider_id, member.status) for member in members]


async def _salon_in(backend: Backend, cast: Cast) -> OpeningHours | None:
    """Return the salon hours in the provider's calendar, and check that every read agrees."""
    calendar = await backend.reads.schedules.calendar(cast.profile.id)
    schedule = await backend.reads.schedules.get(cast.profile.id, WORKDAY)
    assert calendar is not None
    assert schedule is not None
    async with backend.begin() as tx:
        locked = present(await tx.schedules.lock(cast.profile.id, WORKDAY))
        kept = present(await tx.calendars.calendar_of(cast.profile.id))
        assert kept.salon == locked.calendar.salon == schedule.calendar.salon == calendar.salon
    return calendar.salon


class SalonsContract(StorageContract):
    """Salons, their opening hours and their members."""

    async def test_a_new_salon_has_no_hours_and_no_members(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        async with backend.begin() as tx:
            assert await tx.salons.lock(salon.id) == salon
            assert await tx.salons.lock(other.id) == other
            assert await tx.salon_hours.hours_of(salon.id) == OpeningHours(time_zone=ZONE)
        assert await backend.reads.salons.get(salon.id) == SalonView(salon=salon, hours=OpeningHours(time_zone=ZONE))
        assert await _members(backend, salon) == []

    async def test_an_unknown_salon_is_not_found(self, backend: Backend, make: Builder) -> None:
        nowhere = SalonId(make.entropy.new_id())
        async with backend.begin() as tx:
            assert await tx.salons.lock(nowhere) is None
            assert await tx.salon_hours.hours_of(nowhere) is None
            assert await tx.salons.members(nowhere) == ()
        assert await backend.reads.salons.get(nowhere) is None
        assert list(await backend.reads.salons.members(nowhere)) == []

    async def test_a_manager_can_have_several_salons(self, backend: Backend, make: Builder) -> None:
        salon = await _a_salon(backend, make)
        another = replace(salon, id=SalonId(make.entropy.new_id()))
        async with backend.begin() as tx:
            await tx.salons.add(another)
            assert await tx.salons.lock(another.id) == another

    async def test_saving_replaces_the_salon_and_the_time_zone_of_its_hours(
        self, backend: Backend, make: Builder
    ) -> None:
        was, cast = await _a_salon(backend, make), await a_cast(backend, make)
        hours = _hours(make)
        await _set(backend, was, hours)
        await _join(backend, was, cast)
        changed = replace(was, name="Ordos", time_zone="Europe/Paris", version=2)
        await alone(backend).salons.save(changed, was=was)
        moved = replace(hours, time_zone="Europe/Paris")
        assert await backend.reads.salons.get(was.id) == SalonView(salon=changed, hours=moved)
        assert await _salon_in(backend, cast) == moved

    async def test_of_concurrent_changes_one_succeeds(self, backend: Backend, make: Builder) -> None:
        was = await _a_salon(backend, make)

        async def change(name: str) -> None:
            await alone(backend).salons.save(replace(was, name=name, version=2), was=was)

        await one_wins([change(str(number)) for number in range(4)], ConcurrentChange)
        with pytest.raises(ConcurrentChange):
            await change("late")

    async def test_hours_are_stored_in_the_time_zone_of_the_salon(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        for hours in (_hours(make), _hours(make, "Europe/Paris"), OpeningHours(time_zone=ZONE)):
            await _set(backend, salon, hours)
            kept = replace(hours, time_zone=ZONE)
            assert await alone(backend).salon_hours.hours_of(salon.id) == kept
            assert await backend.reads.salons.get(salon.id) == SalonView(salon=salon, hours=kept)
        assert await backend.reads.salons.get(other.id) == SalonView(salon=other, hours=OpeningHours(time_zone=ZONE))

    async def test_only_the_calendars_of_members_have_the_salon_hours(self, backend: Backend, make: Builder) -> None:
        salon, hours = await _a_salon(backend, make), _hours(make)
        cast, colleague, invited, stranger = [await a_cast(backend, make) for _ in range(4)]
        await _invite(backend, salon, invited)
        for member in (cast, colleague):
            await _join(backend, salon, member)
            assert await _salon_in(backend, member) == OpeningHours(time_zone=ZONE)
        await _set(backend, salon, hours)
        assert [await _salon_in(backend, each) for each in (cast, colleague, invited, stranger)] == [
            hours,
            hours,
            None,
            None,
        ]
        await _part(backend, salon, cast)
        assert [await _salon_in(backend, each) for each in (cast, colleague)] == [None, hours]

    async def test_changing_a_calendar_keeps_the_salon_hours(self, backend: Backend, make: Builder) -> None:
        salon, cast, hours = await _a_salon(backend, make), await a_cast(backend, make), _hours(make)
        await _set(backend, salon, hours)
        await _join(backend, salon, cast)
        rule = make.rule()
        await alone(backend).calendars.add_rule(cast.profile.id, rule)
        calendar = present(await backend.reads.schedules.calendar(cast.profile.id))
        assert (calendar.rules, calendar.salon) == ((rule,), hours)
        await _part(backend, salon, cast)
        calendar = present(await backend.reads.schedules.calendar(cast.profile.id))
        assert (calendar.rules, calendar.salon) == ((rule,), None)

    async def test_members_and_invited_providers_are_listed_by_id(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        first, second, third = [await a_cast(backend, make) for _ in range(3)]
        await _invite(backend, salon, third)
        await _invite(backend, salon, second)
        await _invite(backend, salon, second)
        await _invite(backend, other, second)
        await _join(backend, salon, first)
        ids = [cast.profile.id for cast in (first, second, third)]
        assert await _members(backend, salon) == [(ids[0], MEMBER), (ids[1], INVITED), (ids[2], INVITED)]
        await _join(backend, salon, second)
        assert await _members(backend, salon) == [(ids[0], MEMBER), (ids[1], MEMBER), (ids[2], INVITED)]
        assert await _members(backend, other) == [(ids[1], INVITED)]
        async with backend.begin() as tx:
            assert [await tx.salons.salon_of(each) for each in ids] == [salon.id, salon.id, None]
            assert await tx.salons.salon_of(ProviderId(make.entropy.new_id())) is None

    async def test_removing_a_member_keeps_other_memberships(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        member, invited, stranger = [await a_cast(backend, make) for _ in range(3)]
        await _invite(backend, salon, member)
        await _join(backend, salon, member)
        for place in (salon, other):
            await _invite(backend, place, invited)
        for cast in (member, invited, stranger):
            await _part(backend, other, cast)
        assert await _members(backend, salon) == [(member.profile.id, MEMBER), (invited.profile.id, INVITED)]
        assert await _members(backend, other) == []
        for cast in (member, invited, stranger):
            await _part(backend, salon, cast)
        assert await _members(backend, salon) == []

    async def test_a_manager_reads_all_salons_with_their_members_and_a_provider_all_invitations(
        self, backend: Backend, make: Builder
    ) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        empty = replace(salon, id=SalonId(make.entropy.new_id()), name="Ордос")
        await alone(backend).salons.add(empty)
        member, invited = [await a_cast(backend, make) for _ in range(2)]
        await _join(backend, salon, member)
        for place in (salon, other, empty):
            await _invite(backend, place, invited)
        views = [
            MemberView(provider_id=cast.profile.id, name=cast.profile.display_name, status=status)
            for cast, status in ((member, MEMBER), (invited, INVITED))
        ]
        assert list(await backend.reads.salons.members(salon.id)) == views
        assert list(await backend.reads.salons.managed_by(salon.manager_id)) == [
            ManagedSalon(salon=salon, members=tuple(views)),
            ManagedSalon(salon=empty, members=(views[1],)),
        ]
        assert list(await backend.reads.salons.managed_by(make.user().id)) == []
        assert list(await backend.reads.salons.invitations_of(invited.owner.id)) == [
            Invitation(salon=each, invited_at=NOW) for each in (salon, other, empty)
        ]
        assert list(await backend.reads.salons.invitations_of(member.owner.id)) == []

    async def test_a_deleted_salon_leaves_nothing(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        member, invited, elsewhere = [await a_cast(backend, make) for _ in range(3)]
        await _join(backend, salon, member)
        await _join(backend, other, elsewhere)
        for place in (salon, other):
            await _invite(backend, place, invited)
        async with backend.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove(salon.id)
        assert await backend.reads.salons.get(salon.id) is None
        assert await _members(backend, salon) == []
        assert await _salon_in(backend, member) is None
        assert await _members(backend, other) == [(invited.profile.id, INVITED), (elsewhere.profile.id, MEMBER)]
        assert list(await backend.reads.salons.managed_by(salon.manager_id)) == []

    async def test_a_rolled_back_change_has_no_effect(self, backend: Backend, make: Builder) -> None:
        salon, cast = await _a_salon(backend, make), await a_cast(backend, make)

        async def all_of_it(tx: Repositories) -> None:
            await tx.salons.lock(salon.id)
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
            await tx.salons.add_member(salon.id, cast.profile.id)
            await tx.salon_hours.save_hours(salon.id, _hours(make))
            await tx.salons.save(replace(salon, name="x", version=2), was=salon)

        await rolled_back(backend, all_of_it)
        assert await backend.reads.salons.get(salon.id) == SalonView(salon=salon, hours=OpeningHours(time_zone=ZONE))
        assert await _members(backend, salon) == []
        assert await _salon_in(backend, cast) is None

    async def test_a_second_lock_of_a_salon_waits_and_sees_the_first_commit(
        self, backend: Backend, make: Builder
    ) -> None:
        salon, cast = await _a_salon(backend, make), await a_cast(backend, make)

        async def second() -> tuple[Member, ...]:
            async with backend.begin() as tx:
                await tx.salons.lock(salon.id)
                return await tx.salons.members(salon.id)

        async with backend.begin() as tx:
            await tx.salons.lock(salon.id)
            later = asyncio.create_task(second())
            assert await waits(later)
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
        assert await later == (Member(provider_id=cast.profile.id, status=INVITED),)

    async def test_manager_of_returns_the_manager_of_a_members_salon(self, backend: Backend, make: Builder) -> None:
        salon = await _a_salon(backend, make)
        member, invited, stranger = [await a_cast(backend, make) for _ in range(3)]
        async with backend.begin() as tx:
            await tx.salons.lock(salon.id)
            for cast in (member, invited):
                await tx.salons.invite(salon.id, cast.profile.id, NOW)
            await tx.salons.add_member(salon.id, member.profile.id)
        assert await backend.reads.salons.manager_of(member.profile.id) == salon.manager_id
        assert await backend.reads.salons.manager_of(invited.profile.id) is None
        assert await backend.reads.salons.manager_of(stranger.profile.id) is None
        assert await backend.reads.salons.manager_of(make.profile(make.user()).id) is None

    async def test_counting_salons_locks_the_manager(self, backend: Backend, make: Builder) -> None:
        salon, other = await _a_salon(backend, make), await _a_salon(backend, make)
        async with backend.begin() as tx:
            assert await tx.salons.count_of(salon.manager_id) == 1
            second = asyncio.create_task(alone(backend).salons.count_of(salon.manager_id))
            assert await waits(second)
            await tx.salons.add(replace(other, id=SalonId(make.entropy.new_id()), manager_id=salon.manager_id))
        assert await second == 2

    async def test_of_manager_returns_the_salons_of_the_manager(self, backend: Backend, make: Builder) -> None:
        manager, other = make.user(Role.MANAGER), make.user(Role.MANAGER)
        salons = [make.salon(each) for each in (manager, other, manager)]
        async with backend.begin() as tx:
            for each in (manager, other):
                await tx.users.add(each)
            for salon in salons:
                await tx.salons.add(salon)
        assert list(await backend.reads.salons.of_manager(manager.id)) == [salons[0], salons[2]]
        assert list(await backend.reads.salons.of_manager(make.user().id)) == []

    async def test_a_salon_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        salon = await _a_salon(backend, make)
        full = replace(
            salon,
            address="Энхтайваны өргөн чөлөө 17",
            city="Улаанбаатар",
            location=Location(-89.999999, 179.1234567890123),
            phone="+97699112233",
            email="hello@nomad.mn",
            instructions="Хашаанд, 2 давхар ✂️",
            version=2,
        )
        async with backend.begin() as tx:
            await tx.salons.save(full, was=salon)
            assert await tx.salons.lock(salon.id) == full
        view = present(await backend.reads.salons.get(salon.id))
        assert view.salon == full

    async def test_a_provider_has_the_salon_that_it_is_a_member_of(self, backend: Backend, make: Builder) -> None:
        salon, cast, other = await _a_salon(backend, make), await a_cast(backend, make), await a_cast(backend, make)
        await _invite(backend, salon, other)
        await _join(backend, salon, cast)
        assert await backend.reads.salons.of_provider(cast.profile.id) == salon
        assert await backend.reads.salons.of_provider(other.profile.id) is None
        members = await backend.reads.providers.page(ProviderFilter(salon_id=salon.id, limit=9))
        assert [view.profile.id for view in members] == [cast.profile.id]

    async def test_salons_with_a_published_provider_are_found_by_text_city_and_distance(
        self, backend: Backend, make: Builder
    ) -> None:
        async def opened(status: ProfileStatus = ProfileStatus.APPROVED, **details: Any) -> Salon:
            empty = await _a_salon(backend, make)
            salon = replace(empty, **details)
            await alone(backend).salons.save(salon, was=empty)
            await _join(backend, salon, await a_cast(backend, make, status))
            return salon

        await _a_salon(backend, make)
        await opened(ProfileStatus.DRAFT)
        far = await opened(city="Ховд", location=Location(48.0056, 91.6419))
        near = await opened(city="Улаанбаатар", name="100% Nomad", location=Location(47.9184, 106.9311))
        here = await opened(city="Улаанбаатар", address="Peace Avenue 17", location=Location(47.9184, 106.9177))
        nowhere = await opened(city="Улаанбаатар", name="Ordos")
        await _join(backend, here, await a_cast(backend, make))

        async def found(limit: int = 9, **chosen: Any) -> list[Salon]:
            page = await backend.reads.salons.page(SalonFilter(limit=limit, **chosen))
            return [listed.salon for listed in page]

        point = present(here.location)
        around = SearchArea(location=point, radius_metres=5_000)
        assert await found() == [far, near, here, nowhere]
        assert await found(2) == [far, near]
        assert await found(after=near.id) == [here, nowhere]
        assert await found(city="улаанбаатар") == [near, here, nowhere]
        assert await found(city="улаан") == []
        assert await found(text="PEACE") == [here]
        assert await found(text="0% n") == [near]
        assert await found(text="овд") == await found(text="ХОВД") == [far]
        assert await found(city="ХОВД") == [far]
        assert await found(text="avénue ۱۷") == [here]
        assert await found(text="_") == []
        assert await found(near=around) == [here, near]
        assert await found(1, near=around) == [here]
        assert await found(near=around, after=here.id) == [near]
        assert await found(near=SearchArea(location=point, radius_metres=500), city="Улаанбаатар") == [here]
        listed = await backend.reads.salons.page(SalonFilter(near=around, limit=9))
        assert [(each.totals.count, round(each.metres or 0)) for each in listed] == [(2, 0), (1, 999)]
        assert [each.metres for each in await backend.reads.salons.page(SalonFilter(limit=9))] == [None] * 4
