from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.stage import Stage

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER, ClaimKind
from booking_domain.scheduling.errors import HoldNotFound, ProviderNotFound, SlotNotOffered, SlotTaken, TooManyHolds
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, hours
from booking_domain.use_cases.scheduling.calendars import AddRule, add_rule
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold, release_hold, sweep_holds

TUESDAY = 2


async def open_on_tuesday(stage: Stage) -> None:
    await stage.by_provider(add_rule, AddRule(day=TUESDAY, hours=hours("10:00-19:00")))


def slot(stage: Stage, hour: int = 0) -> PlaceHold:
    return PlaceHold(provider_id=stage.cast.profile.id, slot=TOMORROW + hour * HOUR)


async def test_a_hold_keeps_its_slot_for_five_minutes(stage: Stage) -> None:
    await open_on_tuesday(stage)
    hold = await stage.by_customer(place_hold, slot(stage))
    assert hold.span == TimeRange(TOMORROW, TOMORROW + HOUR)
    assert (hold.kind, hold.customer_id, hold.expires_at) == (
        ClaimKind.HOLD,
        stage.cast.customer.id,
        NOW + Deadlines().hold,
    )
    other = await stage.joined_by(stage.make.user())
    with pytest.raises(SlotTaken):
        await stage.by(other.actor, place_hold, slot(stage))
    stage.clock.advance(Deadlines().hold)
    await stage.by(other.actor, place_hold, slot(stage))


async def test_a_slot_that_is_not_offered_is_not_held(stage: Stage) -> None:
    await open_on_tuesday(stage)
    with pytest.raises(SlotNotOffered):
        await stage.by_customer(place_hold, slot(stage, hour=9))


async def test_a_hold_lasts_as_long_as_the_platform_says(stage: Stage) -> None:
    stage = Stage(stage.cast, stage.database, stage.make, Deadlines(hold=timedelta(seconds=2)))
    await open_on_tuesday(stage)
    hold = await stage.by_customer(place_hold, replace(slot(stage), duration_minutes=60))
    assert hold.span.end == TOMORROW + HOUR
    assert hold.expires_at == NOW + timedelta(seconds=2)


async def test_a_customer_has_at_most_three_holds(stage: Stage) -> None:
    await open_on_tuesday(stage)
    holds = [await stage.by_customer(place_hold, slot(stage, hour)) for hour in range(HOLDS_PER_CUSTOMER)]
    with pytest.raises(TooManyHolds):
        await stage.by_customer(place_hold, slot(stage, hour=5))
    await stage.by_customer(release_hold, holds[0].id)
    await stage.by_customer(place_hold, slot(stage, hour=5))


async def test_only_its_holder_releases_a_hold_and_only_once(stage: Stage) -> None:
    await open_on_tuesday(stage)
    hold = await stage.by_customer(place_hold, slot(stage))
    other = await stage.joined_by(stage.make.user())
    with pytest.raises(HoldNotFound):
        await stage.by(other.actor, release_hold, hold.id)
    await stage.by_customer(release_hold, hold.id)
    with pytest.raises(HoldNotFound):
        await stage.by_customer(release_hold, hold.id)


async def test_an_unknown_or_closed_provider_has_no_holds(stage: Stage) -> None:
    await open_on_tuesday(stage)
    with pytest.raises(ProviderNotFound):
        await stage.by_customer(place_hold, replace(slot(stage), provider_id=ProviderId(stage.cast.customer.id)))
    profile = stage.cast.profile
    async with stage.database.begin() as tx:
        await tx.profiles.save(replace(profile, status=ProfileStatus.SUSPENDED, version=2), was=profile)
    with pytest.raises(ProviderNotFound):
        await stage.by_customer(place_hold, slot(stage))


async def test_the_sweep_deletes_only_expired_holds(stage: Stage) -> None:
    await open_on_tuesday(stage)
    await stage.by_customer(place_hold, slot(stage))
    stage.clock.advance(Deadlines().hold)
    await stage.by_customer(place_hold, slot(stage, hour=2))
    assert await stage.by_platform(sweep_holds, None) == 1
    assert await stage.by_platform(sweep_holds, None) == 0
