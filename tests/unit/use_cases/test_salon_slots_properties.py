"""The slots of a salon's member equal the slots of its calendar with the salon's hours."""

from hypothesis import assume, given

from booking_domain.catalogue.salons import Salon
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SalonId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import a_cast
from booking_domain.testing.memory import MemoryDatabase
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions
from booking_domain.use_cases.catalogue.salon_slots import SalonSlots, salon_schedules, salon_slots


async def as_a_member(question: Question) -> SalonSlots:
    """Store calendar and salon separately, and list the salon's slots."""
    database, make = MemoryDatabase(), Builder()
    calendar, manager = question.calendar, make.user(Role.MANAGER)
    assert calendar.salon is not None
    cast = await a_cast(database, make)
    salon = Salon(
        id=SalonId(make.entropy.new_id()),
        manager_id=manager.id,
        name="Nomad House",
        time_zone=calendar.salon.time_zone,
        created_at=NOW,
    )
    async with database.begin() as tx:
        await tx.calendars.save_settings(cast.profile.id, calendar.time_zone, calendar.settings)
        for rule in calendar.rules:
            await tx.calendars.add_rule(cast.profile.id, rule)
        for exception in calendar.exceptions:
            await tx.calendars.add_exception(cast.profile.id, exception)
        for block in calendar.blocks:
            await tx.calendars.add_block(cast.profile.id, block)
        await tx.users.add(manager)
        await tx.salons.add(salon)
        await tx.salon_hours.save_hours(salon.id, calendar.salon)
        await tx.salons.add_member(salon.id, cast.profile.id)
    schedules = await salon_schedules(salon.id, window=question.window, reads=database.reads)
    assert schedules.next_from is None
    return salon_slots(schedules, now=question.now, duration_minutes=question.duration_minutes)


@given(questions(busy=False, service_hours=False, most_claims=0))
async def test_a_member_offers_the_slots_of_the_calendar_with_the_salon(question: Question) -> None:
    assume(question.calendar.salon is not None)
    found = await as_a_member(question)
    assert [slot for slot, _ in found.slots] == list(
        offered_slots(
            question.calendar,
            (),
            window=question.window,
            now=question.now,
            duration_minutes=question.duration_minutes,
        )
    )
