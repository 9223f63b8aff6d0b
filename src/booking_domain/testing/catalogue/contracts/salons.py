"""The contract of `Salons`, `SalonHours` and `SalonReads`."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pytest

from booking_domain.catalogue.model import Location, ProfileStatus, ProviderFilter
from booking_domain.catalogue.salons import Member, MemberStatus, Salon
from booking_domain.scheduling.model import OpeningHours
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.slugs import TAIL
from booking_domain.shared.time import TimeRange
from booking_domain.shared.turns import EQUAL, Turn
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, one_wins, present, waits
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import Invitation, ManagedSalon, MemberView, PublicName, SalonView

ZONE: Final = "Asia/Hovd"
WORKDAY: Final = TimeRange(TOMORROW, TOMORROW + 9 * HOUR)
INVITED, MEMBER = MemberStatus.INVITED, MemberStatus.MEMBER


class SalonsContract(StorageContract):
    """Salons, their opening hours and their members."""

    async def _a_salon(self) -> Salon:
        return await self.a_salon(time_zone=ZONE)

    def _hours(self, zone: str = ZONE) -> OpeningHours:
        return OpeningHours(
            time_zone=zone,
            rules=(
                self.make.rule(6, "22:00-02:00"),
                replace(
                    self.make.rule(0, "00:00-24:00"),
                    valid_from=date(2026, 2, 28),
                    valid_until=date(2028, 2, 29),
                    every_weeks=3,
                ),
                self.make.rule(2, "09:00-12:00"),
                self.make.rule(2, "13:00-18:00"),
            ),
            exceptions=(
                self.make.exception(date(2027, 1, 1)),
                self.make.exception(date(2026, 12, 31), "18:00-02:00", "10:00-12:00"),
            ),
        )

    async def _set(self, salon: Salon, hours: OpeningHours) -> None:
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salon_hours.save_hours(salon.id, hours)

    async def _join(self, salon: Salon, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.calendars.lock_provider_of(cast.owner.id)
            await tx.salons.add_member(salon.id, cast.profile.id)

    async def _invite(self, salon: Salon, cast: Cast, at: datetime = NOW) -> None:
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.invite(salon.id, cast.profile.id, at)

    async def _part(self, salon: Salon, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove_member(salon.id, cast.profile.id)

    async def _members(self, salon: Salon) -> list[tuple[ProviderId, MemberStatus]]:
        members = await self.alone.salons.members(salon.id)
        seen = await self.reads.salons.members(salon.id)
        assert [(each.provider_id, each.status) for each in seen] == [
            (each.provider_id, each.status) for each in members
        ]
        return [(member.provider_id, member.status) for member in members]

    async def _salon_in(self, cast: Cast) -> OpeningHours | None:
        """Return the salon hours in the provider's calendar, and check that every read agrees."""
        calendar = await self.reads.schedules.calendar(cast.profile.id)
        schedule = await self.reads.schedules.get(cast.profile.id, WORKDAY)
        assert calendar is not None
        assert schedule is not None
        async with self.begin() as tx:
            locked = present(await tx.schedules.lock(cast.profile.id, WORKDAY))
            kept = present(await tx.calendars.calendar_of(cast.profile.id))
            assert kept.salon == locked.calendar.salon == schedule.calendar.salon == calendar.salon
        return calendar.salon

    async def test_a_new_salon_has_no_hours_and_no_members(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        async with self.begin() as tx:
            assert await tx.salons.lock(salon.id) == salon
            assert await tx.salons.lock(other.id) == other
            assert await tx.salon_hours.hours_of(salon.id) == OpeningHours(time_zone=ZONE)
        assert await self.reads.salons.get(salon.id) == SalonView(salon=salon, hours=OpeningHours(time_zone=ZONE))
        tail, new = salon.id.hex[-TAIL:], self.make.entropy.new_id().hex
        assert list(await self.reads.salons.with_tail(tail)) == [salon]
        twin = replace(salon, id=SalonId(UUID(new[:-TAIL] + tail)))
        await self.alone.salons.add(twin)
        assert sorted(each.id for each in await self.reads.salons.with_tail(tail)) == sorted([salon.id, twin.id])
        assert await self._members(salon) == []

    async def test_an_unknown_salon_is_not_found(self) -> None:
        nowhere = SalonId(self.make.entropy.new_id())
        async with self.begin() as tx:
            assert await tx.salons.lock(nowhere) is None
            assert await tx.salon_hours.hours_of(nowhere) is None
            assert await tx.salons.members(nowhere) == ()
        assert await self.reads.salons.get(nowhere) is None
        assert list(await self.reads.salons.members(nowhere)) == []

    async def test_a_manager_can_have_several_salons(self) -> None:
        salon = await self._a_salon()
        another = replace(salon, id=SalonId(self.make.entropy.new_id()))
        async with self.begin() as tx:
            await tx.salons.add(another)
            assert await tx.salons.lock(another.id) == another

    async def test_saving_replaces_the_salon_and_the_time_zone_of_its_hours(self) -> None:
        was, cast = await self._a_salon(), await self.a_cast()
        hours = self._hours()
        await self._set(was, hours)
        await self._join(was, cast)
        changed = replace(was, name="Ordos", time_zone="Europe/Paris", version=2)
        await self.alone.salons.save(changed, was=was)
        moved = replace(hours, time_zone="Europe/Paris")
        assert await self.reads.salons.get(was.id) == SalonView(salon=changed, hours=moved)
        assert await self._salon_in(cast) == moved

    async def test_of_concurrent_changes_one_succeeds(self) -> None:
        was = await self._a_salon()

        async def change(name: str) -> None:
            await self.alone.salons.save(replace(was, name=name, version=2), was=was)

        await one_wins([change(str(number)) for number in range(4)], ConcurrentChange)
        with pytest.raises(ConcurrentChange):
            await change("late")

    async def test_hours_are_stored_in_the_time_zone_of_the_salon(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        for hours in (self._hours(), self._hours("Europe/Paris"), OpeningHours(time_zone=ZONE)):
            await self._set(salon, hours)
            kept = replace(hours, time_zone=ZONE)
            assert await self.alone.salon_hours.hours_of(salon.id) == kept
            assert await self.reads.salons.get(salon.id) == SalonView(salon=salon, hours=kept)
        assert await self.reads.salons.get(other.id) == SalonView(salon=other, hours=OpeningHours(time_zone=ZONE))

    async def test_only_the_calendars_of_members_have_the_salon_hours(self) -> None:
        salon, hours = await self._a_salon(), self._hours()
        cast, colleague, invited, stranger = [await self.a_cast() for _ in range(4)]
        await self._invite(salon, invited)
        for member in (cast, colleague):
            await self._join(salon, member)
            assert await self._salon_in(member) == OpeningHours(time_zone=ZONE)
        await self._set(salon, hours)
        assert [await self._salon_in(each) for each in (cast, colleague, invited, stranger)] == [
            hours,
            hours,
            None,
            None,
        ]
        await self._part(salon, cast)
        assert [await self._salon_in(each) for each in (cast, colleague)] == [None, hours]

    async def test_changing_a_calendar_keeps_the_salon_hours(self) -> None:
        salon, cast, hours = await self._a_salon(), await self.a_cast(), self._hours()
        await self._set(salon, hours)
        await self._join(salon, cast)
        rule = self.make.rule()
        await self.alone.calendars.add_rule(cast.profile.id, rule)
        calendar = present(await self.reads.schedules.calendar(cast.profile.id))
        assert (calendar.rules, calendar.salon) == ((rule,), hours)
        await self._part(salon, cast)
        calendar = present(await self.reads.schedules.calendar(cast.profile.id))
        assert (calendar.rules, calendar.salon) == ((rule,), None)

    async def test_a_turn_is_kept_until_the_member_joins_another_salon(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        cast, colleague = await self.a_cast(), await self.a_cast()
        for member in (cast, colleague):
            await self._join(salon, member)
        await self._invite(other, cast)
        turn = Turn(weight=1, priority=100)
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.calendars.lock_provider_of(cast.owner.id)
            await tx.salons.save_turn(cast.profile.id, turn)

        async def turns(of: Salon) -> list[Turn]:
            kept = [each.turn for each in await self.alone.salons.members(of.id)]
            assert [each.turn for each in await self.reads.salons.members(of.id)] == kept
            [managed] = [each for each in await self.reads.salons.managed_by(of.manager_id) if each.salon.id == of.id]
            assert [each.turn for each in managed.members] == kept
            return kept

        assert (await turns(salon), await turns(other)) == ([turn, EQUAL], [EQUAL])
        await self._part(salon, cast)
        await self._join(other, cast)
        assert (await turns(salon), await turns(other)) == ([EQUAL], [EQUAL])

    async def test_members_and_invited_providers_are_listed_by_id(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        first, second, third = [await self.a_cast() for _ in range(3)]
        await self._invite(salon, third)
        await self._invite(salon, second)
        await self._invite(salon, second)
        await self._invite(other, second)
        await self._join(salon, first)
        ids = [cast.profile.id for cast in (first, second, third)]
        assert await self._members(salon) == [(ids[0], MEMBER), (ids[1], INVITED), (ids[2], INVITED)]
        await self._join(salon, second)
        assert await self._members(salon) == [(ids[0], MEMBER), (ids[1], MEMBER), (ids[2], INVITED)]
        assert await self._members(other) == [(ids[1], INVITED)]
        async with self.begin() as tx:
            assert [await tx.salons.salon_of(each) for each in ids] == [salon.id, salon.id, None]
            assert await tx.salons.salon_of(ProviderId(self.make.entropy.new_id())) is None

    async def test_removing_a_member_keeps_other_memberships(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        member, invited, stranger = [await self.a_cast() for _ in range(3)]
        await self._invite(salon, member)
        await self._join(salon, member)
        for place in (salon, other):
            await self._invite(place, invited)
        for cast in (member, invited, stranger):
            await self._part(other, cast)
        assert await self._members(salon) == [(member.profile.id, MEMBER), (invited.profile.id, INVITED)]
        assert await self._members(other) == []
        for cast in (member, invited, stranger):
            await self._part(salon, cast)
        assert await self._members(salon) == []

    async def test_a_manager_reads_all_salons_with_their_members_and_a_provider_all_invitations(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        empty = replace(salon, id=SalonId(self.make.entropy.new_id()), name="Ордос")
        await self.alone.salons.add(empty)
        member, invited = [await self.a_cast() for _ in range(2)]
        await self._join(salon, member)
        invitations = [
            Invitation(salon=each, invited_at=NOW + n * HOUR) for n, each in enumerate((salon, other, empty))
        ]
        for each in jumbled(*invitations):
            await self._invite(each.salon, invited, each.invited_at)
        views = [
            MemberView(provider_id=cast.profile.id, name=cast.profile.display_name, status=status)
            for cast, status in ((member, MEMBER), (invited, INVITED))
        ]
        assert list(await self.reads.salons.members(salon.id)) == views
        assert list(await self.reads.salons.managed_by(salon.manager_id)) == [
            ManagedSalon(salon=salon, members=tuple(views)),
            ManagedSalon(salon=empty, members=(views[1],)),
        ]
        assert list(await self.reads.salons.managed_by(self.make.user().id)) == []
        assert list(await self.reads.salons.invitations_of(invited.owner.id, NOW)) == invitations[::-1]
        assert list(await self.reads.salons.invitations_of(member.owner.id, NOW)) == []

    async def test_a_deleted_salon_leaves_nothing(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        member, invited, elsewhere = [await self.a_cast() for _ in range(3)]
        await self._join(salon, member)
        await self._join(other, elsewhere)
        for place in (salon, other):
            await self._invite(place, invited)
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove(salon.id)
        assert await self.reads.salons.get(salon.id) is None
        assert await self._members(salon) == []
        assert await self._salon_in(member) is None
        assert await self._members(other) == [(invited.profile.id, INVITED), (elsewhere.profile.id, MEMBER)]
        assert list(await self.reads.salons.managed_by(salon.manager_id)) == []

    async def test_a_rolled_back_change_has_no_effect(self) -> None:
        salon, cast = await self._a_salon(), await self.a_cast()

        async def all_of_it(tx: Repositories) -> None:
            await tx.salons.lock(salon.id)
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
            await tx.salons.add_member(salon.id, cast.profile.id)
            await tx.salon_hours.save_hours(salon.id, self._hours())
            await tx.salons.save(replace(salon, name="x", version=2), was=salon)

        await self.rolled_back(all_of_it)
        assert await self.reads.salons.get(salon.id) == SalonView(salon=salon, hours=OpeningHours(time_zone=ZONE))
        assert await self._members(salon) == []
        assert await self._salon_in(cast) is None

    async def test_a_second_lock_of_a_salon_waits_and_sees_the_first_commit(self) -> None:
        salon, cast = await self._a_salon(), await self.a_cast()

        async def second() -> tuple[Member, ...]:
            async with self.begin() as tx:
                await tx.salons.lock(salon.id)
                return await tx.salons.members(salon.id)

        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            later = asyncio.create_task(second())
            assert await waits(later)
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
        assert await later == (Member(provider_id=cast.profile.id, status=INVITED),)

    async def test_manager_of_returns_the_manager_of_a_members_salon(self) -> None:
        salon = await self._a_salon()
        member, invited, stranger = [await self.a_cast() for _ in range(3)]
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            for cast in (member, invited):
                await tx.salons.invite(salon.id, cast.profile.id, NOW)
            await tx.salons.add_member(salon.id, member.profile.id)
        assert await self.reads.salons.manager_of(member.profile.id) == salon.manager_id
        assert await self.reads.salons.manager_of(invited.profile.id) is None
        assert await self.reads.salons.manager_of(stranger.profile.id) is None
        assert await self.reads.salons.manager_of(self.make.profile(self.make.user()).id) is None

    async def test_counting_salons_locks_the_manager(self) -> None:
        salon, other = await self._a_salon(), await self._a_salon()
        async with self.begin() as tx:
            assert await tx.salons.count_of(salon.manager_id) == 1
            second = asyncio.create_task(self.alone.salons.count_of(salon.manager_id))
            assert await waits(second)
            await tx.salons.add(replace(other, id=SalonId(self.make.entropy.new_id()), manager_id=salon.manager_id))
        assert await second == 2

    async def test_of_manager_returns_the_salons_of_the_manager(self) -> None:
        manager, other = self.make.user(Role.MANAGER), self.make.user(Role.MANAGER)
        salons = [self.make.salon(each) for each in (manager, other, manager)]
        async with self.begin() as tx:
            for each in (manager, other):
                await tx.users.add(each)
            for salon in jumbled(*salons):
                await tx.salons.add(salon)
        assert list(await self.reads.salons.of_manager(manager.id)) == [salons[0], salons[2]]
        assert list(await self.reads.salons.of_manager(self.make.user().id)) == []

    async def test_a_salon_is_stored_with_all_fields(self) -> None:
        salon = await self._a_salon()
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
        async with self.begin() as tx:
            await tx.salons.save(full, was=salon)
            assert await tx.salons.lock(salon.id) == full
        view = present(await self.reads.salons.get(salon.id))
        assert view.salon == full

    async def test_a_provider_has_the_salon_that_it_is_a_member_of(self) -> None:
        salon, cast, other = await self._a_salon(), await self.a_cast(), await self.a_cast()
        await self._invite(salon, other)
        await self._join(salon, cast)
        assert await self.reads.salons.of_provider(cast.profile.id) == salon
        assert await self.reads.salons.of_provider(other.profile.id) is None
        found = await self.reads.providers.with_salons([other.profile.id, cast.profile.id])
        views = await self.reads.providers.of_all([other.profile.id, cast.profile.id])
        of = {view.profile.id: (view, salon if view.profile.id == cast.profile.id else None) for view in views}
        assert {view.profile.id: (view, its) for view, its in found} == of
        assert list(await self.reads.providers.with_salons([])) == []
        members = await self.reads.providers.page(ProviderFilter(salon_id=salon.id, limit=9))
        assert [view.profile.id for view in members] == [cast.profile.id]

    async def test_salons_with_a_published_provider_are_listed(self) -> None:
        empty, hidden = await self._a_salon(), await self._a_salon()
        first, second = (SalonId(self.make.entropy.new_id()) for _ in range(2))
        two, one = [await self.a_salon(id=each) for each in (second, first)]
        await self._join(hidden, await self.a_cast(ProfileStatus.DRAFT))
        for salon in (one, two, two):
            await self._join(salon, await self.a_cast())
        listed = await self.reads.salons.listed([each.id for each in (two, empty, hidden, one, two)])
        names = [PublicName(each.id, each.name) for each in (one, two)]
        assert list(await self.reads.salons.names(None, 5)) == names
        assert list(await self.reads.salons.names(None, 1)) == names[:1]
        assert list(await self.reads.salons.names(one.id, 5)) == names[1:]
        assert [(each.salon, each.totals.count) for each in listed] == [(one, 1), (two, 2)]
