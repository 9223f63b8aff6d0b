"""A profile is unpublished by its owner, by admins, and with its account; who may publish it again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest
from tests.unit.use_cases.scenes import FREE, ON_REQUEST

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.events import (
    PROFILE_EVENTS,
    ProfileApproved,
    ProfileChanged,
    ProfileSubmitted,
    ProfileSuspended,
)
from booking_domain.catalogue.model import (
    InvalidProfileTransition,
    Profile,
    ProfileHasBookings,
    ProfileMissing,
    ProfileOwesMoney,
    ProfileStatus,
    ProviderFilter,
    ProviderInactive,
    SuspensionCause,
)
from booking_domain.identity.model import UserStatus
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
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
    CorrectProfile,
    ReinstateProfile,
    SuspendProfile,
    correct_profile,
    delete_own_profile,
    delete_profile,
    reinstate_profile,
    republish_profile,
    suspend_profile,
    withdraw_profile,
)
from booking_domain.use_cases.catalogue.queries import get_own_provider, get_provider, list_providers
from booking_domain.use_cases.identity.administration import BulkAction, ChangeUser, ChangeUsers, Reason
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.scheduling.calendars import AddBlock, add_block
from entrypoints.languages.notices import GettextTranslator

WHY: Final = "The address does not exist."
LATER: Final = TOMORROW + 3 * HOUR


async def profile(studio: Studio) -> Profile:
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    return view.profile


async def suspend(studio: Studio) -> None:
    await studio.run(suspend_profile, SuspendProfile(provider_id=studio.provider_id, reason=WHY), by=studio.admin)


async def reinstate(studio: Studio) -> None:
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)


async def disable(studio: Studio) -> None:
    change = ChangeUser(user_id=studio.owner.id, status=UserStatus.DISABLED, reason=Reason.FRAUD)
    await studio.run(change_user, change, by=studio.admin)


async def enable(studio: Studio) -> None:
    await studio.run(change_user, ChangeUser(user_id=studio.owner.id, status=UserStatus.ACTIVE), by=studio.admin)


async def disable_in_bulk(studio: Studio) -> None:
    change = ChangeUsers(user_ids=[studio.owner.id], action=BulkAction.DISABLE, reason=Reason.OTHER)
    await studio.run(change_users, change, by=studio.admin)


async def take_role(studio: Studio) -> None:
    await studio.run(change_user, ChangeUser(user_id=studio.owner.id, role=Role.CUSTOMER), by=studio.admin)


async def give_role(studio: Studio) -> None:
    await studio.run(change_user, ChangeUser(user_id=studio.owner.id, role=Role.PROVIDER), by=studio.admin)


async def withdraw(studio: Studio) -> None:
    await studio.run(withdraw_profile, None, by=studio.owner)


UNPUBLISHED: Final[dict[str, Callable[[Studio], Awaitable[None]]]] = {
    "suspended by an admin": suspend,
    "account disabled": disable,
    "account disabled with others": disable_in_bulk,
    "role taken": take_role,
    "withdrawn by the owner": withdraw,
}


async def listed(studio: Studio) -> list[ProviderId]:
    return [view.profile.id for view in await list_providers(ProviderFilter(limit=9), studio.reads.providers)]


async def events(studio: Studio) -> list[ProfileChanged]:
    """The events of profiles, after those of the application with which the studio was opened."""
    of_application = ProfileSubmitted | ProfileApproved
    return [
        each
        for each in await studio.backend.outbox_events()
        if isinstance(each, PROFILE_EVENTS) and not isinstance(each, of_application)
    ]


async def notices(studio: Studio) -> list[tuple[str, str]]:
    """Deliver the notices of all events; return recipient and text of each."""
    notifier = MemoryNotifier()
    for event in await events(studio):
        await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.to, each.text) for each in notifier.delivered]


@pytest.mark.terms(FREE)
@pytest.mark.parametrize("unpublish", UNPUBLISHED.values(), ids=UNPUBLISHED)
async def test_an_unpublished_provider_is_not_listed_and_takes_nothing(
    studio: Studio, unpublish: Callable[[Studio], Awaitable[None]]
) -> None:
    assert await listed(studio) == [studio.provider_id]
    await unpublish(studio)
    assert await listed(studio) == []
    with pytest.raises(ProviderNotFound):
        await get_provider(studio.provider_id, studio.reads.providers)
    schedule = await studio.reads.schedules.get(studio.provider_id, TimeRange(TOMORROW, LATER))
    assert schedule is not None
    assert not schedule.accepting
    for attempt in (studio.book(), studio.hold(), studio.wait(), studio.book_series(times=2)):
        with pytest.raises(ProviderNotFound):
            await attempt
    assert await claimed(studio) == {}


async def claimed(studio: Studio) -> dict[object, object]:
    """What is held or booked of the provider's time."""
    schedule = await studio.reads.schedules.get(studio.provider_id, TimeRange(TOMORROW, LATER))
    assert schedule is not None
    return {claim.id: claim.kind for claim in schedule.claims}


@pytest.mark.terms(FREE)
@pytest.mark.parametrize("unpublish", UNPUBLISHED.values(), ids=UNPUBLISHED)
async def test_unpublishing_releases_holds_and_retracts_offers(
    studio: Studio, unpublish: Callable[[Studio], Awaitable[None]]
) -> None:
    booking = await studio.book()
    hold = await studio.hold(LATER)
    place = await studio.wait(TOMORROW + HOUR, by=await studio.joined())
    (offered,) = await studio.offer()
    assert offered.status is WaitingStatus.OFFERED
    await unpublish(studio)
    assert hold.id != booking.id
    assert await claimed(studio) == {booking.id: ClaimKind.BOOKING}
    again = await studio.place_of(place)
    assert (again.status, again.offered_start, again.offered_until) == (WaitingStatus.WAITING, None, None)
    assert await studio.offer() == ()


@pytest.mark.terms(FREE)
async def test_waiting_customers_get_offers_again_after_the_reinstatement(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    await suspend(studio)
    await reinstate(studio)
    await studio.offer()
    assert (await studio.place_of(place)).status is WaitingStatus.OFFERED


async def test_a_suspension_names_its_cause_its_reason_and_its_time(studio: Studio) -> None:
    await suspend(studio)
    suspension = (await profile(studio)).suspension
    assert suspension is not None
    assert (suspension.cause, suspension.reason) == (SuspensionCause.DECISION, WHY)
    assert suspension.since == studio.clock.now()
    await reinstate(studio)
    assert (await profile(studio)).suspension is None


@pytest.mark.parametrize(
    ("lose", "regain", "cause"),
    [
        (disable, enable, SuspensionCause.ACCOUNT_DISABLED),
        (take_role, give_role, SuspensionCause.ROLE_CHANGED),
    ],
)
async def test_an_account_that_is_a_provider_again_stays_unpublished_until_an_admin_reinstates_it(
    studio: Studio,
    lose: Callable[[Studio], Awaitable[None]],
    regain: Callable[[Studio], Awaitable[None]],
    cause: SuspensionCause,
) -> None:
    await lose(studio)
    suspension = (await profile(studio)).suspension
    assert suspension is not None
    assert (suspension.cause, suspension.reason) == (cause, "")
    with pytest.raises(ProviderInactive):
        await reinstate(studio)
    await regain(studio)
    assert await listed(studio) == []
    await reinstate(studio)
    assert await listed(studio) == [studio.provider_id]
    await studio.book()


async def test_a_submitted_profile_of_a_disabled_account_is_not_approved(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    opened = await studio.run(open_profile, ProfileChange(display_name="Ink"), by=owner)
    await studio.open_weekly(owner)
    await studio.run(submit_profile, None, by=owner)
    change = ChangeUser(user_id=owner.id, status=UserStatus.DISABLED, reason=Reason.OTHER)
    await studio.run(change_user, change, by=studio.admin)
    with pytest.raises(ProviderInactive):
        await studio.run(
            decide_on_profile, DecideOnProfile(provider_id=opened.profile.id, approved=True), by=studio.admin
        )
    await studio.run(decide_on_profile, DecideOnProfile(provider_id=opened.profile.id, approved=False), by=studio.admin)


async def test_a_disabled_account_gives_up_its_holds_and_its_places_in_queues(studio: Studio) -> None:
    await studio.hold()
    place = await studio.wait(LATER)
    change = ChangeUser(user_id=studio.customer.id, status=UserStatus.DISABLED, reason=Reason.ABUSE)
    await studio.run(change_user, change, by=studio.admin)
    assert await claimed(studio) == {}
    assert (await studio.place_of(place)).status is WaitingStatus.LEFT


async def test_an_owner_withdraws_and_republishes_a_profile(studio: Studio) -> None:
    await withdraw(studio)
    assert (await profile(studio)).status is ProfileStatus.WITHDRAWN
    await studio.run(republish_profile, None, by=studio.owner)
    assert await listed(studio) == [studio.provider_id]
    with pytest.raises(InvalidProfileTransition):
        await studio.run(republish_profile, None, by=studio.owner)


async def test_a_withdrawn_profile_that_was_suspended_is_withdrawn_again(studio: Studio) -> None:
    await withdraw(studio)
    await suspend(studio)
    with pytest.raises(InvalidProfileTransition):
        await studio.run(republish_profile, None, by=studio.owner)
    await reinstate(studio)
    assert (await profile(studio)).status is ProfileStatus.WITHDRAWN


async def test_the_owner_cannot_withdraw_republish_or_submit_a_suspended_profile(studio: Studio) -> None:
    await suspend(studio)
    with pytest.raises(InvalidProfileTransition):
        await withdraw(studio)
    with pytest.raises(InvalidProfileTransition):
        await studio.run(republish_profile, None, by=studio.owner)
    with pytest.raises(InvalidProfileTransition):
        await studio.run(submit_profile, None, by=studio.owner)


async def test_a_provider_whose_account_was_disabled_republishes_nothing_with_an_old_token(studio: Studio) -> None:
    await withdraw(studio)
    async with studio.backend.begin() as tx:  # without what else disabling does
        user = await tx.users.lock(studio.owner.id)
        assert user is not None
        await tx.users.save(user.changed(role=Role.CUSTOMER))
    with pytest.raises(ProviderInactive):
        await studio.run(republish_profile, None, by=studio.owner)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
async def test_a_suspension_needs_a_reason(studio: Studio, reason: str) -> None:
    with pytest.raises(InvalidValue):
        SuspendProfile(provider_id=studio.provider_id, reason=reason)


async def test_only_admins_suspend_reinstate_correct_and_delete_profiles_of_others(studio: Studio) -> None:
    here = studio.provider_id
    for actor in (studio.owner, studio.customer):
        with pytest.raises(NotPermitted):
            await studio.run(suspend_profile, SuspendProfile(provider_id=here, reason=WHY), by=actor)
        with pytest.raises(NotPermitted):
            await studio.run(correct_profile, CorrectProfile(provider_id=here, bio="x"), by=actor)
        with pytest.raises(NotPermitted):
            await studio.run(reinstate_profile, ReinstateProfile(provider_id=here), by=actor)
        with pytest.raises(NotPermitted):
            await studio.run(delete_profile, here, by=actor)


async def test_a_stale_version_suspends_nothing(studio: Studio) -> None:
    stale = SuspendProfile(provider_id=studio.provider_id, reason=WHY, expected_version=1)
    with pytest.raises(StaleVersion):
        await studio.run(suspend_profile, stale, by=studio.admin)
    assert await listed(studio) == [studio.provider_id]


async def test_an_admin_corrects_a_profile_and_its_owner_is_told(studio: Studio) -> None:
    before = await profile(studio)
    correction = CorrectProfile(provider_id=studio.provider_id, display_name="Ink 2", bio="", styles=("dots",))
    after = await studio.run(correct_profile, correction, by=studio.admin)
    assert after == replace(before, display_name="Ink 2", styles=("dots",), version=before.version + 1)
    assert [text for _, text in await notices(studio)] == [
        "We corrected your profile Ink 2. Please check it, and contact us if something is wrong."
    ]


async def test_the_owner_is_told_of_suspension_with_its_reason_and_of_reinstatement(studio: Studio) -> None:
    await suspend(studio)
    owner = await studio.reads.users.get(studio.owner.id)
    assert owner is not None
    (notice,) = await notices(studio)
    assert notice[0] == owner.email
    assert notice[1].startswith(f"Your profile Ink is suspended: {WHY} It takes no bookings")
    await reinstate(studio)
    assert [text for _, text in await notices(studio)] == ["Your profile Ink takes bookings again."]


async def test_a_disabled_owner_is_told_of_it_too(studio: Studio) -> None:
    await disable(studio)
    ((_, text),) = await notices(studio)
    assert "because your account is disabled" in text
    assert [type(each) for each in await events(studio)] == [ProfileSuspended]


# Deleting


async def test_an_owner_deletes_a_profile_with_its_texts_and_calendar(studio: Studio) -> None:
    await studio.run(add_block, AddBlock(range=TimeRange(LATER, LATER + HOUR), note="dentist"), by=studio.owner)
    place = await studio.wait(TOMORROW)
    await studio.run(delete_own_profile, None, by=studio.owner)
    gone = await profile(studio)
    assert (gone.status, gone.bio, gone.styles, gone.location) == (ProfileStatus.DELETED, "", (), None)
    assert gone.display_name != "Ink"
    calendar = await studio.reads.schedules.calendar(studio.provider_id)
    assert calendar is not None
    assert (calendar.rules, calendar.blocks) == ((), ())
    assert (await studio.place_of(place)).status is WaitingStatus.LAPSED
    with pytest.raises(ProfileMissing):
        await get_own_provider(studio.owner, studio.reads)
    with pytest.raises(ProviderNotFound):
        await studio.book()
    with pytest.raises(ProviderNotFound):
        await studio.run(add_block, AddBlock(range=TimeRange(LATER, LATER + HOUR)), by=studio.owner)
    with pytest.raises(ProfileMissing):
        await studio.run(delete_own_profile, None, by=studio.owner)
    with pytest.raises(ProviderNotFound):
        await reinstate(studio)
    with pytest.raises(ProviderNotFound):
        await studio.run(delete_profile, studio.provider_id, by=studio.admin)


async def test_a_deleted_profile_that_is_opened_again_needs_approval_and_keeps_its_past(studio: Studio) -> None:
    before = await profile(studio)
    await studio.run(delete_own_profile, None, by=studio.owner)
    again = await studio.run(open_profile, ProfileChange(display_name="Ink again"), by=studio.owner)
    assert (again.profile.id, again.profile.status) == (before.id, ProfileStatus.DRAFT)
    assert again.profile.created_at == before.created_at
    assert again.profile == await profile(studio)
    assert await listed(studio) == []


@pytest.mark.terms(ON_REQUEST)
async def test_upcoming_bookings_block_the_deletion_until_they_are_over(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(ProfileHasBookings):
        await studio.run(delete_own_profile, None, by=studio.owner)
    with pytest.raises(ProfileHasBookings):
        await studio.run(delete_profile, studio.provider_id, by=studio.admin)
    assert (await profile(studio)).status is ProfileStatus.APPROVED
    await studio.decline(booking)
    await studio.run(delete_own_profile, None, by=studio.owner)


async def test_a_pending_refund_blocks_the_deletion(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    with pytest.raises(ProfileOwesMoney):
        await studio.run(delete_own_profile, None, by=studio.owner)


async def test_bookings_that_the_owner_has_as_a_customer_do_not_block_the_deletion(studio: Studio) -> None:
    other = await studio.joined(Role.PROVIDER)
    elsewhere = await studio.new_provider(other, FREE)
    mine, studio.provider_id = studio.provider_id, elsewhere
    await studio.book(by=studio.owner)
    studio.provider_id = mine
    await studio.run(delete_own_profile, None, by=studio.owner)


async def test_the_owner_is_told_that_an_admin_deleted_the_profile(studio: Studio) -> None:
    await studio.run(delete_profile, studio.provider_id, by=studio.admin)
    assert [text for _, text in await notices(studio)] == [
        "We deleted your provider profile. Contact us if you disagree."
    ]
