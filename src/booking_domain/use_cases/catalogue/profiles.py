"""Provider profiles and settings: create, edit, submit for approval, approve or reject."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Self

from booking_domain.bookings.model import BookingMode, DepositMode, Duration, Terms
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.catalogue.events import ProfileApproved, ProfileRejected, ProfileSubmitted, profile_event
from booking_domain.catalogue.model import (
    Accent,
    InvalidProfileTransition,
    Location,
    Profile,
    ProfileAction,
    ProfileExists,
    ProfileIncomplete,
    ProfileMissing,
    ProfilePart,
    ProfileStatus,
    ProviderInactive,
    ServicesInOtherCurrency,
)
from booking_domain.files.model import FileOwner, Folder
from booking_domain.identity.errors import UserNotFound
from booking_domain.identity.model import User
from booking_domain.payments.errors import NotChargeable
from booking_domain.scheduling.calendar_errors import BookingsInOtherZone, HoursInOtherZone
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import Anchoring, Calendar, ClockChanges, OnTimeZoneChange, SlotSettings, Way
from booking_domain.scheduling.services import OnCurrencyChange
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, StaleVersion, inside, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.region import Region
from booking_domain.shared.reminders import earliest_first
from booking_domain.shared.time import time_zone
from booking_domain.shared.unset import UNSET, Unset, changed, given_as, given_or
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.chargeable_terms import (
    require_chargeable,
    require_chargeable_profile,
    require_gateway,
)
from booking_domain.use_cases.catalogue.services import require_chargeable_service
from booking_domain.use_cases.catalogue.unpublish import may_publish
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, set_files
from booking_domain.use_cases.files.pictures import changed_picture
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import ProviderView, SettingsView

_MOST_COUNTED: Final = 1_000
_MOST_SHOWN: Final = 50
"""Bookings to come, in the question of a provider who moves to another time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationChange:
    """A length of appointment and its price. Without a deposit, that of the default length is due."""

    minutes: int
    price_amount: int
    deposit_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationChange:
    """A new cancellation policy."""

    tiers: tuple[Tier, ...] | Unset = UNSET
    late_keeps: int | Unset = UNSET
    no_show_keeps: int | Unset = UNSET
    reschedule_notice_minutes: int | Unset = UNSET
    max_reschedules: int | Unset | None = UNSET
    """None: as often as they like."""

    @classmethod
    def to(cls, policy: CancellationPolicy) -> Self:
        """The change that replaces the whole policy."""
        return cls(
            tiers=policy.tiers,
            late_keeps=policy.late_keeps,
            no_show_keeps=policy.no_show_keeps,
            reschedule_notice_minutes=policy.reschedule_notice_minutes,
            max_reschedules=policy.max_reschedules,
        )

    def applied_to(self, policy: CancellationPolicy) -> CancellationPolicy:
        """The policy after the change, or `InvalidValue` if less notice would give more back."""
        after = changed(policy, self)
        if (after.tiers, after.late_keeps, after.no_show_keeps) != (
            policy.tiers,
            policy.late_keeps,
            policy.no_show_keeps,
        ):
            after.require_monotonic()
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class TermsChange:
    """New terms. Amounts are in minor units."""

    mode: BookingMode | Unset = UNSET
    deposit_amount: int | Unset = UNSET
    price_amount: int | Unset = UNSET
    durations: tuple[DurationChange, ...] | Unset = UNSET
    currency: str | Unset = UNSET
    cancellation: CancellationChange = CancellationChange()
    requests_claim_time: bool | Unset = UNSET
    gateway: str | Unset | None = UNSET
    """None: the deployment chooses the gateway."""
    reminder_minutes: tuple[int, ...] | Unset = UNSET
    instructions: str | Unset = UNSET
    deposit_mode: DepositMode | Unset | None = UNSET
    """None: the deployment decides when deposits are charged."""
    max_upcoming_per_customer: int | Unset | None = UNSET
    """None: the platform decides how many bookings to come a customer may have."""
    services: OnCurrencyChange | None = None
    """What becomes of the provider's services if the currency changes; needed if there are any."""

    def applied_to(self, terms: Terms) -> Terms:
        """The terms after the change. A price that is not given rises to the deposit if it would be below it.

        Amounts that are not given keep their numbers in another currency.
        """
        currency = given_or(self.currency, terms.price.currency)
        before = _in_currency(terms, currency)
        deposit = given_or(self.deposit_amount, before.deposit.amount)
        price = given_or(self.price_amount, max(before.price.amount, deposit))
        return changed(
            before,
            self,
            deposit=Money(amount=deposit, currency=currency),
            price=Money(amount=price, currency=currency),
            durations=given_as(self.durations, lambda durations: _durations(durations, deposit)),
            cancellation=self.cancellation.applied_to(terms.cancellation),
            reminder_minutes=given_as(self.reminder_minutes, earliest_first),
        )


def _in_currency(terms: Terms, currency: str) -> Terms:
    def amount(of: int) -> int:
        return Money(amount=of, currency=terms.price.currency).in_currency(currency).amount

    durations = tuple(
        replace(each, price_amount=amount(each.price_amount), deposit_amount=amount(each.deposit_amount))
        for each in terms.durations
    )
    price, deposit = terms.price.in_currency(currency), terms.deposit.in_currency(currency)
    return replace(terms, price=price, deposit=deposit, durations=durations)


def _durations(changes: Iterable[DurationChange], deposit: int) -> tuple[Duration, ...]:
    """The durations, shortest first."""

    def made(change: DurationChange) -> Duration:
        return Duration(
            minutes=change.minutes,
            price_amount=change.price_amount,
            deposit_amount=deposit if change.deposit_amount is None else change.deposit_amount,
        )

    each = (inside(("durations", number), partial(made, change)) for number, change in enumerate(changes))
    return tuple(sorted(each, key=lambda duration: duration.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProfileChange:
    """New values of a profile.

    - An account has one profile, which starts as a draft.
    - An approved profile stays approved when it is edited.
    """

    display_name: str | Unset = UNSET
    bio: str | Unset = UNSET
    styles: tuple[str, ...] | Unset = UNSET
    languages: tuple[str, ...] | Unset = UNSET
    instagram: str | Unset = UNSET
    accent: Accent | Unset = UNSET
    address: str | Unset = UNSET
    location: Location | Unset = UNSET
    photo_file_id: FileId | Unset | None = UNSET
    time_zone: str | Unset = UNSET
    hours: OnTimeZoneChange | None = None
    """What becomes of opening hours if the time zone changes; needed if there are any."""
    terms: TermsChange = TermsChange()
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.display_name, field="display_name")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SettingsChange:
    """New settings of a calendar and its terms.

    - Settings that a profile shows as well (time zone, terms) increment the profile's version too.
    """

    time_zone: str | Unset = UNSET
    hours: OnTimeZoneChange | None = None
    """What becomes of opening hours if the time zone changes; needed if there are any."""
    step_minutes: int | Unset = UNSET
    duration_minutes: int | Unset = UNSET
    buffer_before_minutes: int | Unset = UNSET
    buffer_after_minutes: int | Unset = UNSET
    min_notice_minutes: int | Unset = UNSET
    horizon_days: int | Unset = UNSET
    max_per_day: int | Unset | None = UNSET
    """The most bookings per day; None: without limit."""
    max_per_week: int | Unset | None = UNSET
    max_per_month: int | Unset | None = UNSET
    max_per_year: int | Unset | None = UNSET
    anchoring: Anchoring | Unset = UNSET
    clock_changes: ClockChanges | Unset = UNSET
    travel_minutes: int | Unset = UNSET
    """How long it takes from one venue to another, where `ways` does not say more."""
    ways: tuple[Way, ...] | Unset = UNSET
    """Between two venues each; the own place has the id of the provider."""
    terms: TermsChange = TermsChange()
    expected_version: ExpectedVersion = None
    """The expected version of the calendar."""

    @property
    def shows_on_profile(self) -> bool:
        """Whether the change has values that a profile shows as well: the time zone, or terms."""
        return self.time_zone is not UNSET or self.terms != TermsChange()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDocuments:
    """Name the documents with which an admin decides on the actor's profile; its other ones are deleted.

    - They can change until the decision, and again after a rejection.
    - They stay with the profile: they are deleted with it, or with the account.
    """

    file_ids: tuple[FileId, ...]
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOnProfile:
    """Approve or reject a submitted profile, with an optional note."""

    provider_id: ProviderId
    approved: bool
    note: str | None = None
    expected_version: ExpectedVersion = None


async def _open(command: ProfileChange, tx: Repositories, context: UseCaseContext) -> ProviderView:
    """Add a profile, or open a deleted one again: it keeps its id, and what refers to it."""
    owner = required(await tx.users.get(context.actor.id), UserNotFound)
    found = await tx.profiles.of_owner(context.actor.id)
    deleted = found if found is not None and found.status is ProfileStatus.DELETED else None
    profile = Profile(
        id=ProviderId(context.entropy.new_id()),
        owner_id=context.actor.id,
        display_name=command.display_name or "",
        created_at=context.now,
    )
    profile = replace(
        profile if deleted is None else deleted.moved(ProfileAction.REOPEN, context.actor.role),
        display_name=profile.display_name,
        bio=command.bio or "",
        styles=command.styles or (),
        languages=command.languages or (),
        instagram=command.instagram or "",
        accent=given_or(command.accent, Accent.WINE),
        address=command.address or "",
        location=command.location or None,
        photo=None,
    )
    zero = Money.zero(command.terms.currency or context.configured(Region).currency)
    terms = command.terms.applied_to(Terms(price=zero, deposit=zero))
    require_gateway(command.terms.gateway, context)
    require_chargeable(terms, context)
    time_zone = given_or(command.time_zone, owner.time_zone)
    settings = SlotSettings()
    _require_one_price(settings, terms)
    photo = await changed_picture(_photo_of(profile), command.photo_file_id, tx, context, field="photo_file_id")
    profile = replace(profile, photo=given_or(photo, None))
    if deleted is None:
        await tx.profiles.add(profile)
    else:
        await tx.profiles.save(profile, was=deleted)
    await tx.calendars.save_settings(profile.id, time_zone, settings)
    await tx.bookable_providers.save_terms(profile.id, terms)
    return ProviderView(profile=profile, time_zone=time_zone, terms=terms)


def _photo_of(profile: Profile) -> FileOwner:
    return FileOwner(folder=Folder.PROVIDER_PHOTOS, id=profile.id)


async def _change_settings(command: SettingsChange, tx: Repositories, context: UseCaseContext) -> SettingsView:
    """Bookings made earlier keep the terms and the buffers they were made under."""
    profile = await own_profile(tx, context)
    seen = await settings_of(profile, tx)
    require_expected_version(seen.calendar.version, command.expected_version)
    if command.shows_on_profile:
        await tx.profiles.save(replace(profile, version=profile.version + 1), was=profile)
    return await reset(profile, seen, command, tx, context)


async def settings_of(profile: Profile, tx: Repositories) -> SettingsView:
    """The settings and terms of a profile, or raise `ProviderNotFound`."""
    calendar = await tx.calendars.calendar_of(profile.id)
    terms = await tx.bookable_providers.terms_of(profile.id)
    if calendar is None or terms is None:
        raise ProviderNotFound
    return SettingsView(calendar=calendar, terms=terms)


async def reset(
    profile: Profile, seen: SettingsView, change: SettingsChange, tx: Repositories, context: UseCaseContext
) -> SettingsView:
    """Save new settings and terms, or raise `InvalidValue`."""
    calendar = seen.calendar
    settings = changed(calendar.settings, change)
    if settings.ways != calendar.settings.ways:
        await _require_own_venues(profile.id, settings.ways, tx)
    time_zone = given_or(change.time_zone, calendar.time_zone)
    terms = change.terms.applied_to(seen.terms)
    require_gateway(change.terms.gateway, context)
    if _charged(terms) != _charged(seen.terms):
        require_chargeable(terms, context)
    _require_one_price(settings, terms)
    if terms.price.currency != seen.terms.price.currency:
        await _change_services(profile.id, terms.price.currency, change.terms.services, tx, context)
    # An unknown zone is refused before anything is kept.
    after = replace(calendar, time_zone=time_zone, settings=settings, version=calendar.version + 1)
    if time_zone != calendar.time_zone:
        if change.hours is None:
            await _ask_about_zone(profile.id, calendar, time_zone, tx, context)
        after = await _move_hours(profile.id, after, change.hours, tx)
    await tx.calendars.save_settings(profile.id, time_zone, settings)
    await tx.bookable_providers.save_terms(profile.id, terms)
    return SettingsView(calendar=after, terms=terms)


def _charged(terms: Terms) -> tuple[object, ...]:
    return terms.price, terms.deposit, terms.durations, terms.gateway


async def _require_own_venues(provider_id: ProviderId, ways: tuple[Way, ...], tx: Repositories) -> None:
    known = {str(provider_id), *(str(each.id) for each in await tx.venues.of_provider(provider_id))}
    for number, way in enumerate(ways):
        if not known.issuperset(way.venues):
            raise InvalidValue(field="venue_ids", problem="you have no such venue", within=("ways", number))


def _require_one_price(settings: SlotSettings, terms: Terms) -> None:
    if any(duration.minutes == settings.duration_minutes for duration in terms.durations):
        raise InvalidValue(field="durations", problem="the price of the default length is that of the profile")


async def _submit(expected: ExpectedVersion, tx: Repositories, context: UseCaseContext) -> None:
    before = await own_profile(tx, context)
    require_expected_version(before.version, expected)
    submitted = before.moved(ProfileAction.SUBMIT, context.actor.role)
    seen = await settings_of(before, tx)
    if missing := missing_parts(seen.calendar):
        raise ProfileIncomplete(missing=missing)
    require_chargeable_profile(seen.terms, context)
    await tx.profiles.save(submitted, was=before)
    await tx.outbox.put([profile_event(ProfileSubmitted, submitted, context)])


def missing_parts(calendar: Calendar) -> tuple[ProfilePart, ...]:
    """What a profile with this calendar needs before it is submitted."""
    opens = calendar.rules or any(exception.ranges for exception in calendar.exceptions)
    return () if opens else (ProfilePart.OPENING_HOURS,)


async def _set_documents(command: SetDocuments, tx: Repositories, context: UseCaseContext) -> None:
    before = await own_profile(tx, context)
    require_expected_version(before.version, command.expected_version)
    await set_files(FileOwner(folder=Folder.DOCUMENTS, id=before.id), command.file_ids, tx, context)
    await tx.profiles.save(before.documented(context.actor.role), was=before)


async def _decide(command: DecideOnProfile, tx: Repositories, context: UseCaseContext) -> None:
    before, owner = await lock_profile(command.provider_id, tx)
    require_expected_version(before.version, command.expected_version)
    if command.approved and not may_publish(owner):
        raise ProviderInactive
    action = ProfileAction.APPROVE if command.approved else ProfileAction.REJECT
    context.note(f"profile.{action}")
    decided = before.moved(action, context.actor.role, command.note)
    if command.approved:
        require_chargeable_profile((await settings_of(before, tx)).terms, context)
    await tx.profiles.save(decided, was=before)
    event = ProfileApproved if command.approved else ProfileRejected
    await tx.outbox.put([profile_event(event, decided, context)])


async def lock_profile(provider_id: ProviderId, tx: Repositories) -> tuple[Profile, User | None]:
    """Lock the owner's account, then the provider, and return both, or raise `ProviderNotFound`."""
    found = required(await tx.profiles.get(provider_id), ProviderNotFound)
    owner = await tx.users.lock(found.owner_id)
    await tx.calendars.lock_provider_of(found.owner_id)
    profile = await tx.profiles.get(provider_id)  # again, now that it is locked
    if profile is None or profile.status is ProfileStatus.DELETED:
        raise ProviderNotFound
    return profile, owner


async def _change_services(
    provider_id: ProviderId, currency: str, choice: OnCurrencyChange | None, tx: Repositories, context: UseCaseContext
) -> None:
    """Change the provider's services with the currency: one that stayed in another could not be booked any more.

    Raises:
        ServicesInOtherCurrency: some can be booked, and the command does not say what becomes of them.
    """
    others = [each for each in await tx.services.of_provider(provider_id) if each.price.currency != currency]
    bookable = [each for each in others if each.active]
    if choice is None:
        if bookable:
            raise ServicesInOtherCurrency(count=len(bookable), currency=bookable[0].price.currency)
        return
    for before in others if choice == OnCurrencyChange.KEEP_NUMBERS else bookable:
        after = before.after_currency_change(currency, choice)
        if after.active:
            require_chargeable_service(after.offered(), context)
        await tx.services.save(after, was=before)


async def _move_hours(
    provider_id: ProviderId, after: Calendar, choice: OnTimeZoneChange | None, tx: Repositories
) -> Calendar:
    """The calendar in another time zone, with its opening hours or without."""
    count = len(after.rules) + len(after.exceptions)
    if choice != OnTimeZoneChange.REMOVE or not count:
        return after
    await tx.calendars.replace_rules(provider_id, ())
    for each in after.exceptions:
        await tx.calendars.remove_exception(provider_id, each.id)
    emptied = required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)
    return replace(after, rules=(), exceptions=(), version=emptied.version + 1)


async def _ask_about_zone(
    provider_id: ProviderId, calendar: Calendar, there: str, tx: Repositories, context: UseCaseContext
) -> None:
    """Ask what another time zone means for hours and bookings to come, with both clocks of each booking.

    Raises:
        HoursInOtherZone: there are hours.
        BookingsInOtherZone: there are none, but bookings to come.
    """
    here, hours = calendar.time_zone, len(calendar.rules) + len(calendar.exceptions)
    bookings = await tx.bookings.to_come(provider_id, context.now, _MOST_COUNTED)
    clocks = tuple(
        {
            "reference": booking.reference,
            "before": booking.span.start.astimezone(time_zone(here)).isoformat(),
            "after": booking.span.start.astimezone(time_zone(there)).isoformat(),
        }
        for booking in bookings[:_MOST_SHOWN]
    )
    if hours:
        raise HoursInOtherZone(count=hours, bookings=len(bookings), clocks=clocks)
    if bookings:
        start = bookings[0].span.start
        raise BookingsInOtherZone(bookings=len(bookings), next=start, zone=here, beside=there, clocks=clocks)


async def own_profile(tx: Repositories, context: UseCaseContext) -> Profile:
    """Lock the actor's provider and return its profile, or raise `ProfileMissing`."""
    await tx.calendars.lock_provider_of(context.actor.id)
    profile = await tx.profiles.of_owner(context.actor.id)
    if profile is None or profile.status is ProfileStatus.DELETED:
        raise ProfileMissing
    return profile


open_profile: Final = UseCase(
    Permission.MANAGE_PROFILE, _open, raises=(ProfileExists, InvalidValue, UserNotFound, *SET_FILES_ERRORS)
)
change_settings: Final = UseCase(
    Permission.MANAGE_CALENDAR,
    _change_settings,
    raises=(
        ProfileMissing,
        ProviderNotFound,
        ServicesInOtherCurrency,
        HoursInOtherZone,
        BookingsInOtherZone,
        InvalidValue,
        StaleVersion,
    ),
)
submit_profile: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _submit,
    raises=(
        ProfileMissing,
        ProviderNotFound,
        InvalidProfileTransition,
        ProfileIncomplete,
        NotChargeable,
        StaleVersion,
    ),
)
set_documents: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _set_documents,
    raises=(ProfileMissing, InvalidProfileTransition, StaleVersion, *SET_FILES_ERRORS),
)
decide_on_profile: Final = UseCase(
    Permission.DECIDE_ON_PROFILES,
    _decide,
    lambda command, _: Subject("provider", command.provider_id),
    raises=(ProviderNotFound, ProviderInactive, InvalidProfileTransition, NotChargeable, StaleVersion),
)
