"""Answers about a salon's slots are bounded, whatever its members have set; their pages have every offer."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import calendar, daily

from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.scheduling import Slot, SlotSettings, TimeRange, offered_slots
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import NOW, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue import salon_slots as module
from booking_domain.use_cases.catalogue.salon_slots import (
    MAX_OFFERS,
    MEMBER_DAYS,
    SalonSchedules,
    SalonSlots,
    salon_schedules,
    salon_slots,
)
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    SetSalonHours,
    accept_invitation,
    invite_provider,
    open_salon,
    set_salon_hours,
)

DAY = timedelta(days=1)
SIXTY_TWO_DAYS = TimeRange(NOW, NOW + 62 * DAY)


def member(number: int, step_minutes: int) -> ProviderSchedule:
    """A member who is always open."""
    settings = SlotSettings(step_minutes=step_minutes, duration_minutes=30, horizon_days=365)
    return ProviderSchedule(
        provider_id=ProviderId(UUID(int=number + 1)),
        owner_id=UserId(UUID(int=number + 1)),
        accepting=True,
        calendar=calendar("Asia/Ulaanbaatar", *daily("00:00-24:00"), settings=settings),
    )


def schedules(steps: list[int], window: TimeRange) -> SalonSchedules:
    members = tuple(member(number, step) for number, step in enumerate(steps))
    return SalonSchedules(schedules=members, window=window, next_from=None)


def offers(found: SalonSlots) -> list[tuple[Slot, ProviderId]]:
    return [(slot, provider_id) for slot, who in found.slots for provider_id in who]


def test_fifty_members_with_a_slot_every_minute_make_a_bounded_answer() -> None:
    found = salon_slots(schedules([1] * MAX_MEMBERS, SIXTY_TWO_DAYS), now=NOW)
    assert MAX_OFFERS <= len(offers(found)) < MAX_OFFERS + MAX_MEMBERS
    assert found.next_from == found.slots[-1][0].start + timedelta(minutes=1)


@examples(40)
@given(steps=st.lists(st.integers(1, 120), min_size=1, max_size=4), most=st.integers(1, 40))
def test_pages_together_have_every_offer_once(steps: list[int], most: int) -> None:
    window = TimeRange(NOW, NOW + timedelta(hours=3))
    of = schedules(steps, window)
    expected = sorted(
        (slot, each.provider_id)
        for each in of.schedules
        for slot in offered_slots(each.calendar, (), window=window, now=NOW)
    )
    found = list[tuple[Slot, ProviderId]]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_OFFERS", most)
        while True:
            page = salon_slots(of, now=NOW)
            found += offers(page)
            if page.next_from is None:
                break
            assert len(offers(page)) < most + len(steps)
            of = replace(of, window=TimeRange(page.next_from, window.end))
    assert found == expected


@pytest.mark.parametrize(("members", "days"), [(1, 62), (5, 62), (7, 50)])
async def test_more_members_are_read_for_fewer_days(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, members: int, days: int
) -> None:
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="House", time_zone="Asia/Ulaanbaatar"), by=manager)
    await studio.run(set_salon_hours, SetSalonHours(salon_id=salon.id, rules=()), by=manager)
    for _ in range(members):
        owner = await studio.joined(Role.PROVIDER)
        membership = Membership(salon_id=salon.id, provider_id=await studio.new_provider(owner, terms()))
        await studio.run(invite_provider, membership, by=manager)
        await studio.run(accept_invitation, salon.id, by=owner)
    invited = Membership(salon_id=salon.id, provider_id=studio.provider_id)
    await studio.run(invite_provider, invited, by=manager)
    found = await salon_schedules(salon.id, window=SIXTY_TWO_DAYS, reads=studio.reads)
    rest = None if days == 62 else NOW + days * DAY
    assert (found.window.end, found.next_from) == (NOW + days * DAY, rest)
    assert len(found.schedules) == members
    monkeypatch.setattr(module, "MEMBER_DAYS", 0)
    least = await salon_schedules(salon.id, window=SIXTY_TWO_DAYS, reads=studio.reads)
    assert least.next_from == NOW + DAY
    assert MEMBER_DAYS // MAX_MEMBERS == 7
