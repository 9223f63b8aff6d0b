"""Suspensions that race bookings, holds, payments and publications, on PostgreSQL."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.contract.backends import PostgresBackend

from adapters.postgres.scheduling.calendars import PostgresCalendars
from adapters.postgres.scheduling.claims import PostgresClaims
from booking_domain.bookings.model import Booking
from booking_domain.catalogue.model import InvalidProfileTransition, ProfileStatus, ProviderInactive
from booking_domain.identity.model import UserStatus
from booking_domain.scheduling.errors import ProviderNotBookable, ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import race, waits
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.accounts.change_accounts import change_user, change_users
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    ProfileChange,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.catalogue.publication import (
    ReinstateProfile,
    SuspendProfile,
    reinstate_profile,
    republish_profile,
    suspend_profile,
    withdraw_profile,
)
from booking_domain.use_cases.identity.administration import BulkAction, ChangeUser, ChangeUsers, Reason

ROUNDS: Final = 4
LATER: Final = TOMORROW + 3 * HOUR
Step = Callable[[Studio], Coroutine[Any, Any, object]]


@pytest.fixture
async def studio(postgres_backend: PostgresBackend) -> Studio:
    return await Studio.opened(postgres_backend)


def suspend(studio: Studio) -> Coroutine[Any, Any, object]:
    return studio.run(suspend_profile, SuspendProfile(provider_id=studio.provider_id, reason="Why"), by=studio.admin)


def disable(studio: Studio) -> Coroutine[Any, Any, object]:
    change = ChangeUser(user_id=studio.owner.id, status=UserStatus.DISABLED, reason=Reason.FRAUD)
    return studio.run(change_user, change, by=studio.admin)


def disable_in_bulk(studio: Studio) -> Coroutine[Any, Any, object]:
    change = ChangeUsers(user_ids=[studio.owner.id], action=BulkAction.DISABLE, reason=Reason.FRAUD)
    return studio.run(change_users, change, by=studio.admin)


def take_role(studio: Studio) -> Coroutine[Any, Any, object]:
    return studio.run(change_user, ChangeUser(user_id=studio.owner.id, role=Role.CUSTOMER), by=studio.admin)


def enable(studio: Studio) -> Coroutine[Any, Any, object]:
    change = ChangeUser(user_id=studio.owner.id, status=UserStatus.ACTIVE)
    return studio.run(change_user, change, by=studio.admin)


SUSPENSIONS: Final[dict[str, Step]] = {
    "suspend": suspend,
    "disable": disable,
    "disable in bulk": disable_in_bulk,
    "take the role": take_role,
}
ATTEMPTS: Final[dict[str, Step]] = {
    "book": lambda studio: studio.book(LATER),
    "book a series": lambda studio: studio.book_series(LATER, times=2),
    "hold": lambda studio: studio.hold(LATER),
    "wait": lambda studio: studio.wait(LATER),
}


async def attempted_meanwhile(
    studio: Studio, suspension: Step, attempt: Step, monkeypatch: pytest.MonkeyPatch
) -> object:
    """Attempt something while the transaction of the suspension has changed the profile and is not committed."""
    asked: list[asyncio.Task[object]] = []
    release_holds = PostgresClaims.release_holds

    async def then_attempt(self: PostgresClaims, provider_id: ProviderId) -> None:
        await release_holds(self, provider_id)
        asked.append(asyncio.create_task(attempt(studio)))
        assert await waits(asked[0])

    monkeypatch.setattr(PostgresClaims, "release_holds", then_attempt)
    await suspension(studio)
    [task] = asked
    return await task


@pytest.mark.parametrize("suspension", SUSPENSIONS.values(), ids=SUSPENSIONS)
async def test_a_booking_during_a_suspension_waits_for_it_and_is_refused(
    studio: Studio, suspension: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProviderNotFound):
        await attempted_meanwhile(studio, suspension, ATTEMPTS["book"], monkeypatch)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_new_claims_during_a_suspension_are_refused(
    studio: Studio, attempt: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProviderNotFound):
        await attempted_meanwhile(studio, suspend, attempt, monkeypatch)


@pytest.mark.parametrize("attempt", ["reschedule", "pay"])
async def test_changes_of_a_booking_during_a_suspension_are_refused(
    studio: Studio, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await studio.book()

    def change(studio: Studio) -> Coroutine[Any, Any, object]:
        return studio.reschedule(booking, LATER) if attempt == "reschedule" else studio.bill(booking)

    with pytest.raises(ProviderNotBookable):
        await attempted_meanwhile(studio, suspend, change, monkeypatch)
    assert await studio.seen(booking) == booking


async def test_bookings_and_a_suspension_at_once_end_as_if_one_came_after_the_other(studio: Studio) -> None:
    for number in range(ROUNDS):
        customers = [await studio.joined() for _ in range(3)]
        day = TOMORROW + timedelta(weeks=number)
        booked = [studio.book(day + n * HOUR, by=customer) for n, customer in enumerate(customers)]
        done, refused = await race([*booked, suspend(studio)])
        assert {type(each) for each in refused} <= {ProviderNotFound}
        assert await status(studio) is ProfileStatus.SUSPENDED
        assert len([each for each in done if isinstance(each, Booking)]) + len(refused) == len(customers)
        await reinstate(studio)
    assert await studio.violations() == []


async def status(studio: Studio) -> ProfileStatus:
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    return view.profile.status


async def reinstate(studio: Studio) -> None:
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)


async def republish(studio: Studio) -> object:
    return await studio.run(republish_profile, None, by=studio.owner)


async def test_a_republication_and_a_disabling_at_once_leave_the_profile_unpublished(studio: Studio) -> None:
    for _ in range(ROUNDS):
        await studio.run(withdraw_profile, None, by=studio.owner)
        _, refused = await race([republish(studio), disable(studio)])
        assert {type(each) for each in refused} <= {ProviderInactive, InvalidProfileTransition}
        assert await status(studio) is ProfileStatus.SUSPENDED
        await enable(studio)
        await reinstate(studio)
        if await status(studio) is ProfileStatus.WITHDRAWN:
            await studio.run(republish_profile, None, by=studio.owner)


async def test_an_account_disabled_during_the_approval_leaves_the_profile_unpublished(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The approval has found the account active, and does not hold the provider's lock yet."""
    studio.owner = await studio.joined(Role.PROVIDER)
    profile = await studio.run(open_profile, ProfileChange(display_name="Ink"), by=studio.owner)
    studio.provider_id = profile.profile.id
    await studio.open_weekly(studio.owner)
    await studio.run(submit_profile, None, by=studio.owner)
    disabling: list[asyncio.Task[object]] = []
    lock_provider_of = PostgresCalendars.lock_provider_of

    async def then_disable(self: PostgresCalendars, user_id: UserId) -> ProviderId | None:
        if not disabling:
            disabling.append(asyncio.create_task(disable(studio)))
            await waits(disabling[0])
        return await lock_provider_of(self, user_id)

    monkeypatch.setattr(PostgresCalendars, "lock_provider_of", then_disable)
    decision = DecideOnProfile(provider_id=studio.provider_id, approved=True)
    await studio.run(decide_on_profile, decision, by=studio.admin)
    await disabling[0]
    assert await status(studio) is ProfileStatus.SUSPENDED
