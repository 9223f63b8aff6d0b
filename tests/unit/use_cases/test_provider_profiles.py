"""Creating, editing, submitting and approving provider profiles."""

from dataclasses import replace
from datetime import date

import pytest
from tests.unit.use_cases.scenes import tugriks

from booking_domain.bookings.model import BookingMode, Terms
from booking_domain.bookings.policy import tiers
from booking_domain.catalogue.model import (
    InvalidProfileTransition,
    Location,
    ProfileExists,
    ProfileIncomplete,
    ProfileMissing,
    ProfilePart,
    ProfileStatus,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import OnTimeZoneChange, SlotSettings
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import hours, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profile_review import edit_profile
from booking_domain.use_cases.catalogue.profiles import (
    CancellationChange,
    DecideOnProfile,
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.catalogue.queries import get_own_provider
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.platform.views import ProviderView
from booking_domain.use_cases.scheduling.calendars import AddException, add_exception
from entrypoints.languages.notices import GettextTranslator

EVERYTHING = ProfileChange(
    display_name="Ink & Iron",
    bio="Шугам",
    styles=("dotwork",),
    address="Энхтайваны өргөн чөлөө 1",
    location=Location(47.9, 106.9),
    time_zone="Asia/Hovd",
    hours=OnTimeZoneChange.KEEP_CLOCK,
    terms=TermsChange(
        mode=BookingMode.REQUEST,
        deposit_amount=100,
        price_amount=500,
        currency="USD",
        cancellation=CancellationChange.to(tiers([(24, 50)])),
    ),
)


async def seen(studio: Studio) -> ProviderView:
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    return view


async def settings_of(studio: Studio) -> SlotSettings:
    calendar = await studio.reads.schedules.calendar(studio.provider_id)
    assert calendar is not None
    return calendar.settings


async def test_a_new_profile_is_a_draft_with_the_given_values(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    view = await studio.run(open_profile, EVERYTHING, by=owner)
    assert await studio.reads.providers.by_owner(owner.id) == view
    assert (view.profile.status, view.profile.version) == (ProfileStatus.DRAFT, 1)
    assert (view.profile.display_name, view.profile.bio) == ("Ink & Iron", "Шугам")
    assert (view.profile.styles, view.profile.location) == (("dotwork",), Location(47.9, 106.9))
    assert view.time_zone == "Asia/Hovd"
    assert view.terms == Terms(
        mode=BookingMode.REQUEST,
        deposit=Money(amount=100, currency="USD"),
        price=Money(amount=500, currency="USD"),
        cancellation=tiers([(24, 50)]),
    )


async def test_values_that_are_not_given_have_defaults(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    view = await studio.run(open_profile, ProfileChange(display_name="Ink"), by=owner)
    assert view.time_zone == "Asia/Ulaanbaatar"
    assert view.terms == Terms(price=tugriks(0), deposit=tugriks(0))
    calendar = await studio.reads.schedules.calendar(view.profile.id)
    assert calendar is not None
    assert (calendar.settings, calendar.rules, calendar.exceptions) == (SlotSettings(), (), ())


async def test_a_profile_needs_a_name_and_a_zone_that_exists(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    for change in (ProfileChange(), ProfileChange(display_name="Ink", time_zone="Asia/Atlantis")):
        with pytest.raises(InvalidValue):
            await studio.run(open_profile, change, by=owner)
    assert await studio.reads.providers.by_owner(owner.id) is None


async def test_concurrent_creation_makes_one_profile_per_account(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    opened, refusals = await race([studio.run(open_profile, EVERYTHING, by=owner) for _ in range(5)])
    assert len(opened) == 1
    assert [type(refusal) for refusal in refusals] == [ProfileExists] * 4


async def test_only_providers_have_profiles(studio: Studio) -> None:
    for role in (Role.CUSTOMER, Role.MANAGER, Role.ADMIN):
        with pytest.raises(NotPermitted):
            await studio.run(open_profile, EVERYTHING, by=await studio.joined(role))


async def test_an_edit_changes_the_given_values_and_keeps_the_approval(studio: Studio) -> None:
    before = await seen(studio)
    view = await studio.run(edit_profile, ProfileChange(bio="New"), by=studio.owner)
    assert view == await seen(studio)
    assert view == replace(before, profile=replace(before.profile, bio="New", version=before.profile.version + 1))
    assert view.profile.status is ProfileStatus.APPROVED


async def test_an_edit_can_change_everything(studio: Studio) -> None:
    view = await studio.run(edit_profile, EVERYTHING, by=studio.owner)
    assert view == await seen(studio)
    assert (view.profile.display_name, view.profile.address) == ("Ink & Iron", "Энхтайваны өргөн чөлөө 1")
    assert (view.time_zone, view.terms.mode) == ("Asia/Hovd", BookingMode.REQUEST)


async def test_a_stale_version_does_not_edit(studio: Studio) -> None:
    version = (await seen(studio)).profile.version
    change = ProfileChange(bio="First", expected_version=version)
    edited, refusals = await race([studio.run(edit_profile, change, by=studio.owner) for _ in range(5)])
    assert len(edited) == 1
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 4


async def test_a_stale_calendar_version_does_not_change_settings(studio: Studio) -> None:
    calendar = await studio.reads.schedules.calendar(studio.provider_id)
    assert calendar is not None
    change = SettingsChange(step_minutes=15, expected_version=calendar.version)
    changed, refusals = await race([studio.run(change_settings, change, by=studio.owner) for _ in range(5)])
    assert [each.calendar for each in changed] == [await studio.reads.schedules.calendar(studio.provider_id)]
    assert changed[0].calendar.version == calendar.version + 1
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 4


async def test_submission_and_decision_check_the_expected_version(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    provider_id = (await studio.run(open_profile, EVERYTHING, by=owner)).profile.id
    await studio.open_weekly(owner)
    with pytest.raises(StaleVersion):
        await studio.run(submit_profile, 2, by=owner)
    await studio.run(submit_profile, 1, by=owner)
    decide = DecideOnProfile(provider_id=provider_id, approved=True, expected_version=2)
    await studio.run(edit_profile, ProfileChange(bio="Something else."), by=owner)
    with pytest.raises(StaleVersion):
        await studio.run(decide_on_profile, decide, by=studio.admin)
    await studio.run(decide_on_profile, replace(decide, expected_version=3), by=studio.admin)


async def test_without_a_profile_there_is_nothing_to_edit_submit_or_set(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    for attempt in (
        studio.run(edit_profile, EVERYTHING, by=owner),
        studio.run(submit_profile, None, by=owner),
        studio.run(change_settings, SettingsChange(step_minutes=5), by=owner),
    ):
        with pytest.raises(ProfileMissing):
            await attempt


async def test_a_provider_cannot_be_booked_before_approval(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    provider_id = (await studio.run(open_profile, EVERYTHING, by=owner)).profile.id
    decide = DecideOnProfile(provider_id=provider_id, approved=True)
    with pytest.raises(InvalidProfileTransition):
        await studio.run(decide_on_profile, decide, by=studio.admin)
    await studio.open_weekly(owner)
    await studio.run(submit_profile, None, by=owner)
    studio.provider_id = provider_id
    with pytest.raises(ProviderNotFound):
        await studio.book()
    with pytest.raises(ProviderNotFound):
        await studio.hold()
    await studio.run(decide_on_profile, decide, by=studio.admin)
    assert (await seen(studio)).profile.status is ProfileStatus.APPROVED


async def test_a_profile_without_opening_hours_is_not_submitted(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    studio.provider_id = (await studio.run(open_profile, EVERYTHING, by=owner)).profile.id
    await studio.run(add_exception, AddException(date=date(2026, 11, 24)), by=owner)
    with pytest.raises(ProfileIncomplete) as refusal:
        await studio.run(submit_profile, None, by=owner)
    assert refusal.value.missing == (ProfilePart.OPENING_HOURS,)
    assert (await get_own_provider(owner, studio.reads)).missing == (ProfilePart.OPENING_HOURS,)
    await studio.run(add_exception, AddException(date=date(2026, 11, 25), ranges=(hours("10:00-14:00"),)), by=owner)
    assert (await get_own_provider(owner, studio.reads)).missing == ()
    await studio.run(submit_profile, None, by=owner)
    assert (await get_own_provider(owner, studio.reads)).missing is None


async def test_a_rejected_profile_has_a_note_and_can_be_resubmitted(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    studio.provider_id = (await studio.run(open_profile, EVERYTHING, by=owner)).profile.id
    await studio.open_weekly(owner)
    await studio.run(submit_profile, None, by=owner)
    decide = DecideOnProfile(provider_id=studio.provider_id, approved=False, note="no pictures")
    await studio.run(decide_on_profile, decide, by=studio.admin)
    profile = (await seen(studio)).profile
    assert (profile.status, profile.review_note) == (ProfileStatus.REJECTED, "no pictures")
    await studio.run(submit_profile, None, by=owner)
    assert (await seen(studio)).profile.status is ProfileStatus.SUBMITTED


async def test_only_admins_decide_and_only_on_existing_profiles(studio: Studio) -> None:
    decide = DecideOnProfile(provider_id=ProviderId(studio.entropy.new_id()), approved=True)
    with pytest.raises(ProviderNotFound):
        await studio.run(decide_on_profile, decide, by=studio.admin)
    for actor in (studio.owner, studio.customer):
        with pytest.raises(NotPermitted):
            await studio.run(decide_on_profile, decide, by=actor)


async def test_settings_change_only_where_given(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(step_minutes=15, max_per_day=4), by=studio.owner)
    assert await settings_of(studio) == SlotSettings(step_minutes=15, max_per_day=4)
    change = SettingsChange(buffer_after_minutes=0, duration_minutes=90, max_per_day=None)
    await studio.run(change_settings, change, by=studio.owner)
    assert await settings_of(studio) == SlotSettings(step_minutes=15, duration_minutes=90)


async def test_invalid_settings_change_nothing(studio: Studio) -> None:
    before = await seen(studio)
    for change in (
        SettingsChange(step_minutes=0),
        SettingsChange(time_zone="Asia/Atlantis"),
        SettingsChange(terms=TermsChange(deposit_amount=-1)),
        SettingsChange(terms=TermsChange(deposit_amount=2, price_amount=1)),
        SettingsChange(terms=TermsChange(currency="XXX")),
    ):
        with pytest.raises(InvalidValue):
            await studio.run(change_settings, change, by=studio.owner)
    assert await seen(studio) == before
    assert await settings_of(studio) == SlotSettings()


async def test_a_price_that_is_not_given_rises_to_the_deposit(studio: Studio) -> None:
    change = SettingsChange(terms=TermsChange(deposit_amount=tugriks(90_000).amount))
    view = await studio.run(change_settings, change, by=studio.owner)
    assert view.terms == terms(price=tugriks(90_000), deposit=tugriks(90_000))


async def test_the_applicant_is_told_of_each_step_and_admins_of_a_profile_to_decide_on(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    provider_id = (await studio.run(open_profile, EVERYTHING, by=owner)).profile.id
    before = len(list(await studio.backend.outbox_events()))
    await studio.open_weekly(owner)
    await studio.run(submit_profile, None, by=owner)
    told = await notified(studio, before)
    assert {text.partition(" ")[0] for to, text in told if to == owner.id} == {"We"}
    assert [text for to, text in told if to == studio.admin.id] == [
        "Ink & Iron asks to be published. Please approve or reject the profile."
    ]
    note = "Please add pictures."
    decide = DecideOnProfile(provider_id=provider_id, approved=False, note=note)
    await studio.run(decide_on_profile, decide, by=studio.admin)
    [(to, text)] = (await notified(studio, before))[-1:]
    assert (to, text.endswith(f"submit it again.\n\nNote: {note}")) == (owner.id, True)
    await studio.run(submit_profile, None, by=owner)
    await studio.run(decide_on_profile, replace(decide, approved=True, note="Welcome!"), by=studio.admin)
    [(to, text)] = (await notified(studio, before))[-1:]
    assert (to, "is approved" in text, text.endswith("\n\nNote: Welcome!")) == (owner.id, True, True)


async def notified(studio: Studio, since: int) -> list[tuple[UserId | None, str]]:
    """Who is told what of the events since then, as things stand now."""
    notifier = MemoryNotifier()
    for event in list(await studio.backend.outbox_events())[since:]:
        await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.user_id, each.text) for each in notifier.delivered]
