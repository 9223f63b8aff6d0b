"""Salons: management, opening hours, memberships and slots."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from booking_domain.catalogue.events import MembershipChanged, SalonInvited
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import (
    INVITATIONS_OF_MANAGER,
    INVITATIONS_TO_PROVIDER,
    MAX_MEMBERS,
    ManagerUnverified,
    Member,
    MemberElsewhere,
    MemberStatus,
    NoSuchMember,
    NotInvited,
    NotYourSalon,
    Salon,
    SalonFull,
    SalonNotFound,
)
from booking_domain.scheduling import Hours, WallTime
from booking_domain.scheduling.errors import ProviderNotFound, SlotNotOffered
from booking_domain.scheduling.feeds import FeedRule
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, hours, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import ProfileChange, open_profile
from booking_domain.use_cases.catalogue.publication import ReinstateProfile, reinstate_profile
from booking_domain.use_cases.catalogue.salon_slots import salon_schedules, salon_slots
from booking_domain.use_cases.catalogue.salons import (
    MAX_SALON_EXCEPTIONS,
    MAX_SALON_RULES,
    EditSalon,
    Membership,
    OpenSalon,
    SetSalonHours,
    accept_invitation,
    decline_invitation,
    delete_salon,
    edit_salon,
    end_membership,
    invite_provider,
    open_salon,
    set_salon_hours,
)
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.scheduling.calendars import AddException, AddRule
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from entrypoints.languages.notices import GettextTranslator

ZONE = "Asia/Ulaanbaatar"
NOON_TO_FIVE = AddRule(day=2, hours=hours("12:00-17:00"))
SIX_TO_TEN = AddRule(day=2, hours=hours("18:00-22:00"))
WINDOW = TimeRange(TOMORROW - 10 * HOUR, TOMORROW + 14 * HOUR)


class House:
    """A salon, its manager, and the studio's provider, who is not a member yet."""

    def __init__(self, studio: Studio, manager: Actor, salon: Salon) -> None:
        self.studio = studio
        self.manager = manager
        self.salon = salon

    @property
    def provider(self) -> Membership:
        return self.of(self.studio.provider_id)

    def of(self, provider_id: ProviderId) -> Membership:
        return Membership(salon_id=self.salon.id, provider_id=provider_id)

    async def set_hours(self, *rules: AddRule, exceptions: tuple[AddException, ...] = ()) -> Any:
        command = SetSalonHours(salon_id=self.salon.id, rules=rules, exceptions=exceptions)
        return await self.studio.run(set_salon_hours, command, by=self.manager)

    async def invite(self, provider_id: ProviderId | None = None) -> Member:
        command = self.of(provider_id or self.studio.provider_id)
        return await self.studio.run(invite_provider, command, by=self.manager)

    async def accept(self, by: Actor | None = None) -> Member:
        return await self.studio.run(accept_invitation, self.salon.id, by=by or self.studio.owner)

    async def decline(self) -> None:
        await self.studio.run(decline_invitation, self.salon.id, by=self.studio.owner)

    async def part(self, by: Actor, provider_id: ProviderId | None = None) -> None:
        await self.studio.run(end_membership, self.of(provider_id or self.studio.provider_id), by=by)

    async def members(self) -> list[tuple[ProviderId, str]]:
        found = await self.studio.reads.salons.members(self.salon.id)
        return [(member.provider_id, member.status.value) for member in found]

    async def another(self) -> tuple[Actor, ProviderId]:
        owner = await self.studio.joined(Role.PROVIDER)
        return owner, await self.studio.new_provider(owner, terms())

    async def offered(self, **more: Any) -> list[tuple[int, tuple[ProviderId, ...]]]:
        """The hours after 10:00 at which members offer a slot tomorrow, with the members."""
        schedules = await salon_schedules(self.salon.id, window=WINDOW, reads=self.studio.reads)
        found = salon_slots(schedules, now=self.studio.clock.now(), **more)
        return [((slot.start - TOMORROW) // HOUR, who) for slot, who in found.slots if slot.start.minute == 0]


async def house(studio: Studio) -> House:
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="Nomad House", time_zone=ZONE), by=manager)
    return House(studio, manager, salon)


async def own_hours(studio: Studio, provider_id: ProviderId | None = None) -> list[int]:
    """The hours after 10:00 at which the provider offers a slot tomorrow."""
    schedule = await studio.reads.schedules.get(provider_id or studio.provider_id, WINDOW)
    assert schedule is not None
    slots = offered_slots(schedule.calendar, schedule.claims, window=WINDOW, now=studio.clock.now())
    return [(slot.start - TOMORROW) // HOUR for slot in slots if slot.start.minute == 0]


async def refused(attempt: Awaitable[Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await attempt


async def test_a_manager_can_have_several_salons(studio: Studio) -> None:
    home = await house(studio)
    assert home.salon == Salon(
        id=home.salon.id, manager_id=home.manager.id, name="Nomad House", time_zone=ZONE, created_at=NOW
    )
    other = await studio.run(open_salon, OpenSalon(name="Second", time_zone="Europe/Paris"), by=home.manager)
    for salon in (home.salon, other):
        view = await studio.reads.salons.get(salon.id)
        assert view is not None
        assert (view.salon, view.hours.rules) == (salon, ())


async def test_a_salon_needs_a_name_and_a_zone_that_exists(studio: Studio) -> None:
    manager = await studio.joined(Role.MANAGER)
    for name, zone in (("", ZONE), ("  ", ZONE), ("x" * 121, ZONE), ("Nomad", "Asia/Atlantis")):
        await refused(studio.run(open_salon, OpenSalon(name=name, time_zone=zone), by=manager), InvalidValue)


def test_a_salon_with_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Salon(
            id=SalonId(UUID(int=2)),
            manager_id=UserId(UUID(int=1)),
            name="Nomad",
            time_zone="Asia/Atlantis",
            created_at=NOW,
        )


async def test_salon_permissions_follow_role_and_ownership(studio: Studio) -> None:
    home = await house(studio)
    rival = await studio.joined(Role.MANAGER)
    for actor in (studio.owner, studio.customer, studio.admin):
        await refused(studio.run(open_salon, OpenSalon(name="x", time_zone=ZONE), by=actor), NotPermitted)
        await refused(studio.run(edit_salon, EditSalon(salon_id=home.salon.id, name="x"), by=actor), NotPermitted)
        await refused(studio.run(invite_provider, home.provider, by=actor), NotPermitted)
        await refused(
            studio.run(set_salon_hours, SetSalonHours(salon_id=home.salon.id, rules=()), by=actor), NotPermitted
        )
    for actor in (studio.customer, studio.admin, home.manager):
        await refused(studio.run(accept_invitation, home.salon.id, by=actor), NotPermitted)
    for actor in (studio.customer, studio.admin):
        await refused(home.part(actor), NotPermitted)
    await home.invite()
    for attempt in (
        studio.run(edit_salon, EditSalon(salon_id=home.salon.id, name="x"), by=rival),
        studio.run(set_salon_hours, SetSalonHours(salon_id=home.salon.id, rules=()), by=rival),
        studio.run(invite_provider, home.provider, by=rival),
        home.part(rival),
    ):
        await refused(attempt, NotYourSalon)
    view = await studio.reads.salons.get(home.salon.id)
    assert view is not None
    assert view.salon == home.salon


async def test_an_unverified_manager_invites_no_one(studio: Studio) -> None:
    home = await house(studio)
    async with studio.backend.begin() as tx:
        manager = await tx.users.lock(home.manager.id)
        assert manager is not None
        unverified = manager.changed(email_verified_at=None)
        await tx.users.save(unverified)
    await refused(home.invite(), ManagerUnverified)
    async with studio.backend.begin() as tx:
        await tx.users.save(unverified.changed(phone_verified_at=NOW))
    assert (await home.invite()).status is MemberStatus.INVITED


async def test_an_open_invitation_is_not_sent_again_and_counts_once(studio: Studio) -> None:
    home = await house(studio)
    for _ in range(2 * INVITATIONS_OF_MANAGER.quota):
        await home.invite()
    assert len(await invitations(studio)) == 1


async def test_a_provider_gets_few_invitations_a_day_of_all_salons_together(studio: Studio) -> None:
    houses = [await house(studio) for _ in range(INVITATIONS_TO_PROVIDER.quota + 1)]
    for home in houses[:-1]:
        await home.invite()
        await home.part(home.manager)
    before = await studio.backend.reads.salons.members(houses[-1].salon.id)
    with pytest.raises(RateLimited) as limited:
        await houses[-1].invite()
    assert limited.value.retry_after_seconds == INVITATIONS_TO_PROVIDER.window.total_seconds()
    assert await studio.backend.reads.salons.members(houses[-1].salon.id) == before
    assert len(await invitations(studio)) == INVITATIONS_TO_PROVIDER.quota
    studio.clock.advance(INVITATIONS_TO_PROVIDER.window)
    await houses[-1].invite()


async def test_a_manager_sends_a_limited_number_of_invitations_a_day(studio: Studio) -> None:
    home = await house(studio)
    async with studio.backend.begin() as tx:
        for _ in range(INVITATIONS_OF_MANAGER.quota):
            await tx.rate_limits.consume(f"invitations of {home.manager.id}", INVITATIONS_OF_MANAGER, NOW)
    await refused(home.invite(), RateLimited)
    rival = await house(studio)
    await rival.invite()


async def invitations(studio: Studio) -> list[SalonInvited]:
    return [each for each in await studio.backend.outbox_events() if isinstance(each, SalonInvited)]


async def test_an_unknown_salon_is_not_found(studio: Studio) -> None:
    manager = await studio.joined(Role.MANAGER)
    nowhere = SalonId(studio.entropy.new_id())
    membership = Membership(salon_id=nowhere, provider_id=studio.provider_id)
    for attempt in (
        studio.run(edit_salon, EditSalon(salon_id=nowhere, name="x"), by=manager),
        studio.run(set_salon_hours, SetSalonHours(salon_id=nowhere, rules=()), by=manager),
        studio.run(invite_provider, membership, by=manager),
        studio.run(accept_invitation, nowhere, by=studio.owner),
        studio.run(end_membership, membership, by=manager),
    ):
        await refused(attempt, SalonNotFound)


async def test_an_edit_changes_the_given_values_of_the_expected_version(studio: Studio) -> None:
    home = await house(studio)
    change = EditSalon(salon_id=home.salon.id, name="New", expected_version=1)
    edited, refusals = await race([studio.run(edit_salon, change, by=home.manager) for _ in range(3)])
    assert edited == [replace(home.salon, name="New", version=2)]
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 2
    moved = await studio.run(edit_salon, EditSalon(salon_id=home.salon.id, time_zone="Asia/Hovd"), by=home.manager)
    assert moved == replace(home.salon, name="New", time_zone="Asia/Hovd", version=3)
    stale = SetSalonHours(salon_id=home.salon.id, rules=(), expected_version=2)
    await refused(studio.run(set_salon_hours, stale, by=home.manager), StaleVersion)
    view = await home.set_hours(NOON_TO_FIVE)
    assert (view.salon.version, view.hours.time_zone) == (4, "Asia/Hovd")
    assert await studio.reads.salons.get(home.salon.id) == view


async def test_hours_are_replaced_completely_or_not_at_all(studio: Studio) -> None:
    home = await house(studio)
    closed = AddException(date=date(2026, 12, 31))
    view = await home.set_hours(NOON_TO_FIVE, SIX_TO_TEN, exceptions=(closed,))
    assert [(rule.day, rule.hours) for rule in view.hours.rules] == [(2, NOON_TO_FIVE.hours), (2, SIX_TO_TEN.hours)]
    assert [(each.date, each.ranges) for each in view.hours.exceptions] == [(closed.date, ())]
    many = tuple(AddException(date=date(2027, 1, 1) + timedelta(days=n)) for n in range(MAX_SALON_EXCEPTIONS + 1))
    for attempt in (
        home.set_hours(exceptions=(closed, closed)),
        home.set_hours(*[NOON_TO_FIVE] * (MAX_SALON_RULES + 1)),
        home.set_hours(exceptions=many),
        home.set_hours(AddRule(day=7, hours=hours("12:00-17:00"))),
        home.set_hours(NOON_TO_FIVE, AddRule(day=2, hours=hours("17:00-18:00"))),
    ):
        await refused(attempt, InvalidValue)
    assert await studio.reads.salons.get(home.salon.id) == view
    every_day = [
        AddRule(day=number % 7, hours=Hours(WallTime(number), WallTime(number + 1)))
        for number in range(MAX_SALON_RULES)
    ]
    assert len((await home.set_hours(*every_day, exceptions=many[1:])).hours.rules) == 100


async def test_the_salons_hours_apply_once_the_provider_has_accepted(studio: Studio) -> None:
    home = await house(studio)
    await home.set_hours(NOON_TO_FIVE)
    assert await own_hours(studio) == [*range(9)]
    assert await home.invite() == Member(provider_id=studio.provider_id, status=MemberStatus.INVITED)
    assert await home.members() == [(studio.provider_id, "invited")]
    assert await own_hours(studio) == [*range(9)]
    assert await home.offered() == []
    assert await home.accept() == Member(provider_id=studio.provider_id, status=MemberStatus.MEMBER)
    assert await home.members() == [(studio.provider_id, "member")]
    assert await own_hours(studio) == [2, 3, 4, 5, 6]
    with pytest.raises(SlotNotOffered):
        await studio.book(TOMORROW)
    await studio.book(TOMORROW + 2 * HOUR)
    await home.set_hours(AddRule(day=2, hours=hours("08:00-12:00")))
    assert await own_hours(studio) == [0, 1]
    await home.part(studio.owner)
    assert await own_hours(studio) == [0, 1, 3, 4, 5, 6, 7, 8]


async def test_a_salon_without_hours_is_closed(studio: Studio) -> None:
    home = await house(studio)
    await home.invite()
    await home.accept()
    assert await own_hours(studio) == []


async def test_inviting_and_accepting_twice_has_one_effect(studio: Studio) -> None:
    home = await house(studio)
    invited = await home.invite()
    assert await home.invite() == invited
    member = await home.accept()
    assert await home.accept() == await home.invite() == member
    assert await home.members() == [(studio.provider_id, "member")]


async def test_only_approved_providers_can_be_invited(studio: Studio) -> None:
    home = await house(studio)
    draft = await studio.run(open_profile, ProfileChange(display_name="x"), by=await studio.joined(Role.PROVIDER))
    for unknown in (draft.profile.id, ProviderId(studio.entropy.new_id())):
        await refused(home.invite(unknown), ProviderNotFound)


async def test_joining_requires_an_invitation(studio: Studio) -> None:
    home = await house(studio)
    await refused(home.accept(), NotInvited)
    await refused(home.accept(await studio.joined(Role.PROVIDER)), ProfileMissing)
    await home.invite()
    await home.part(home.manager)
    await refused(home.accept(), NotInvited)
    assert await home.members() == []


async def test_a_provider_is_a_member_of_one_salon_at_most(studio: Studio) -> None:
    one, other = await house(studio), await house(studio)
    await one.invite()
    await other.invite()
    accepted, refusals = await race([one.accept(), other.accept()])
    assert len(accepted) == 1
    assert [type(refusal) for refusal in refusals] == [MemberElsewhere]
    first, second = (one, other) if (await one.members())[0][1] == "member" else (other, one)
    await refused(second.accept(), MemberElsewhere)
    await first.part(studio.owner)
    await second.accept()
    assert (await first.members(), await second.members()) == ([], [(studio.provider_id, "member")])


async def test_only_the_manager_or_the_provider_ends_a_membership(studio: Studio) -> None:
    home = await house(studio)
    colleague, colleague_id = await home.another()
    for by in (home.manager, studio.owner):
        await home.invite()
        await home.accept()
        await refused(home.part(colleague), NotYourSalon)
        await home.part(by)
        assert await home.members() == []
        await refused(home.part(by), NoSuchMember)
    await home.invite()
    await home.part(studio.owner)  # leaves
    assert await home.members() == []
    await refused(home.part(studio.owner, colleague_id), NotYourSalon)


async def test_concurrent_invitations_respect_the_limit_of_fifty_members(studio: Studio) -> None:
    home = await house(studio)
    ids = [(await home.another())[1] for _ in range(MAX_MEMBERS + 1)]
    invited, refusals = await race([home.invite(provider_id) for provider_id in ids])
    assert len(invited) == MAX_MEMBERS
    assert [type(refusal) for refusal in refusals] == [SalonFull]


async def notified(studio: Studio, *, before: int = 0) -> list[tuple[str, str]]:
    """Recipient and subject of the notices of all events after the first `before`."""
    notifier = MemoryNotifier()
    events = [each for each in await studio.backend.outbox_events() if isinstance(each, MembershipChanged)]
    for event in events[before:]:
        await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.to, each.subject) for each in notifier.delivered]


async def test_provider_and_manager_are_notified_of_each_others_actions(studio: Studio) -> None:
    home = await house(studio)
    provider, manager = await studio.reads.users.get(studio.owner.id), await studio.reads.users.get(home.manager.id)
    view = await studio.reads.providers.get(studio.provider_id)
    assert provider is not None
    assert manager is not None
    assert view is not None
    name = view.profile.display_name
    to_provider, to_manager = str(provider.email), str(manager.email)
    await home.invite()
    await home.invite()
    assert await notified(studio) == [(to_provider, "Invitation from a salon: “Nomad House”")]
    await home.decline()
    assert await notified(studio) == [(to_manager, f"Invitation declined by a provider: “{name}”")]
    await home.invite()
    await home.part(home.manager)
    assert await notified(studio, before=3) == [(to_provider, "Invitation withdrawn by a salon: “Nomad House”")]
    await home.invite()
    await home.accept()
    assert await notified(studio, before=5) == [(to_manager, f"A new member of your salon: “{name}”")]
    await home.part(studio.owner)
    assert await notified(studio, before=6) == [(to_manager, f"A provider has left your salon: “{name}”")]
    await home.invite()
    await home.accept()
    await home.part(home.manager)
    assert await notified(studio, before=9) == [(to_provider, "You are no longer a member of a salon: “Nomad House”")]
    await home.invite()
    await studio.run(delete_salon, home.salon.id, by=home.manager)
    assert await notified(studio) == [(to_provider, "A salon was deleted: “Nomad House”")]


async def test_an_admin_can_delete_a_salon_and_nobody_else_but_its_manager(studio: Studio) -> None:
    home = await house(studio)
    await home.invite()
    await home.accept()
    await refused(studio.run(delete_salon, home.salon.id, by=await studio.joined(Role.MANAGER)), NotYourSalon)
    await refused(studio.run(delete_salon, home.salon.id, by=studio.owner), NotPermitted)
    await studio.run(delete_salon, home.salon.id, by=studio.admin)
    await refused(studio.run(delete_salon, home.salon.id, by=studio.admin), SalonNotFound)
    async with studio.backend.begin() as tx:
        assert await tx.salons.salon_of(studio.provider_id) is None


async def test_a_concurrent_acceptance_and_deletion_leave_no_membership_of_a_deleted_salon(
    studio: Studio,
) -> None:
    home = await house(studio)
    await home.invite()

    async def delete() -> None:
        await studio.run(delete_salon, home.salon.id, by=home.manager)

    attempts: list[Awaitable[object]] = [home.accept(), delete()]
    done, refusals = await race(attempts)
    assert {type(each) for each in refusals} <= {SalonNotFound}
    assert len(done) + len(refusals) == 2
    async with studio.backend.begin() as tx:
        assert await tx.salons.salon_of(studio.provider_id) is None


async def test_the_slots_of_a_salon_are_those_of_its_members(studio: Studio) -> None:
    home = await house(studio)
    await home.set_hours(NOON_TO_FIVE)
    colleague, colleague_id = await home.another()
    for provider_id, owner in ((studio.provider_id, studio.owner), (colleague_id, colleague)):
        await home.invite(provider_id)
        await home.accept(owner)
    both = (studio.provider_id, colleague_id)
    assert await home.offered() == [(hour, both) for hour in (2, 3, 4, 5, 6)]
    await studio.book(TOMORROW + 3 * HOUR)
    assert await home.offered() == [
        (2, both),
        (3, (colleague_id,)),
        (4, both),
        (5, both),
        (6, both),
    ]
    assert await home.offered(duration_minutes=180) == [(2, (colleague_id,)), (3, (colleague_id,)), (4, both)]
    for provider_id in both:
        assert await own_hours(studio, provider_id) == [
            hour for hour, who in await home.offered() if provider_id in who
        ]


async def test_unapproved_members_offer_nothing(studio: Studio) -> None:
    home = await house(studio)
    await home.set_hours(NOON_TO_FIVE)
    await home.invite()
    await home.accept()
    async with studio.backend.begin() as tx:
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        suspended = replace(profile, status=type(profile.status).SUSPENDED, version=profile.version + 1)
        await tx.profiles.save(suspended, was=profile)
    assert await home.offered() == []
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)
    assert len(await home.offered()) == 5


async def test_salon_slots_report_degraded_member_calendars(studio: Studio) -> None:
    home = await house(studio)
    await home.set_hours(NOON_TO_FIVE)
    colleague, colleague_id = await home.another()
    for provider_id, owner in ((studio.provider_id, studio.owner), (colleague_id, colleague)):
        await home.invite(provider_id)
        await home.accept(owner)
    for owner in (studio.owner, colleague):
        command = SetFeeds(urls=("https://calendar.example.com/x.ics",), rule=FeedRule())
        await studio.run(set_feeds, command, by=owner)
    schedules = await salon_schedules(home.salon.id, window=WINDOW, reads=studio.reads)
    found = salon_slots(schedules, now=NOW)
    assert found.slots == ()
    assert found.degraded == ("An external calendar was never read: nothing is offered.",)
