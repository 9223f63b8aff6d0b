"""Provider profiles and settings: create, edit, submit for approval, approve or reject."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

from booking_domain.bookings.model import BookingMode, DepositMode, Duration, Terms
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.catalogue.model import (
    InvalidProfileTransition,
    Location,
    Profile,
    ProfileAction,
    ProfileExists,
    ProfileMissing,
    ProfileStatus,
    ProviderInactive,
    ServicesInOtherCurrency,
)
from booking_domain.files.model import FileOwner, Folder
from booking_domain.identity.errors import UserNotFound
from booking_domain.identity.model import User
from booking_domain.payments.errors import NotChargeable
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import Anchoring, SlotSettings
from booking_domain.scheduling.reminders import earliest_first
from booking_domain.scheduling.services import OnCurrencyChange
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.images import Image
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.stranger_words import require_no_address
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.chargeable_terms import (
    require_chargeable,
    require_chargeable_profile,
    require_gateway,
)
from booking_domain.use_cases.catalogue.services import require_chargeable_service
from booking_domain.use_cases.catalogue.unpublish import may_publish
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, set_files
from booking_domain.use_cases.files.pictures import PictureChange, changed_picture
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import ProviderView, SettingsView


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationChange:
    """A length of appointment and its price. Without a deposit, that of the default length is due."""

    minutes: int
    price_amount: int
    deposit_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationChange:
    """A new cancellation policy. None keeps the current value."""

    tiers: tuple[Tier, ...] | None = None
    late_keeps: int | None = None
    no_show_keeps: int | None = None
    reschedule_notice_minutes: int | None = None

    @classmethod
    def to(cls, policy: CancellationPolicy) -> Self:
        """The change that replaces the whole policy."""
        return cls(
            tiers=policy.tiers,
            late_keeps=policy.late_keeps,
            no_show_keeps=policy.no_show_keeps,
            reschedule_notice_minutes=policy.reschedule_notice_minutes,
        )

    def applied_to(self, policy: CancellationPolicy) -> CancellationPolicy:
        """The policy after the change, or `InvalidValue` if less notice would give more back."""
        changes = {name: value for name in _RULES if (value := getattr(self, name)) is not None}
        changed = replace(policy, **changes)
        if replace(changed, reschedule_notice_minutes=policy.reschedule_notice_minutes) != policy:
            changed.require_monotonic()
        return changed


_RULES: Final = ("tiers", "late_keeps", "no_show_keeps", "reschedule_notice_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class TermsChange:
    """New terms. None keeps the current value. Amounts are in minor units."""

    mode: BookingMode | None = None
    deposit_amount: int | None = None
    price_amount: int | None = None
    durations: tuple[DurationChange, ...] | None = None
    currency: str | None = None
    cancellation: CancellationChange = CancellationChange()
    requests_claim_time: bool | None = None
    gateway: str | None = None
    any_gateway: bool = False
    """Leave the choice of the gateway to the deployment again."""
    reminder_minutes: tuple[int, ...] | None = None
    instructions: str | None = None
    deposit_mode: DepositMode | None = None
    any_deposit_mode: bool = False
    """Leave it to the deployment again when deposits are charged."""
    max_upcoming_per_customer: int | None = None
    any_upcoming_per_customer: bool = False
    """Leave it to the platform again how many bookings to come a customer may have."""
    services: OnCurrencyChange | None = None
    """What becomes of the provider's services if the currency changes; needed if there are any."""

    def applied_to(self, terms: Terms) -> Terms:
        """The terms after the change. A price that is not given rises to the deposit if it would be below it.

        Amounts that are not given keep their numbers in another currency.
        """
        currency = self.currency or terms.price.currency
        before = _in_currency(terms, currency)
        deposit = before.deposit.amount if self.deposit_amount is None else self.deposit_amount
        price = max(before.price.amount, deposit) if self.price_amount is None else self.price_amount
        return Terms(
            mode=self.mode or terms.mode,
            deposit=Money(amount=deposit, currency=currency),
            price=Money(amount=price, currency=currency),
            durations=before.durations if self.durations is None else _durations(self.durations, deposit),
            cancellation=self.cancellation.applied_to(terms.cancellation),
            requests_claim_time=(
                terms.requests_claim_time if self.requests_claim_time is None else self.requests_claim_time
            ),
            gateway=self.gateway or (None if self.any_gateway else terms.gateway),
            reminder_minutes=(
                terms.reminder_minutes if self.reminder_minutes is None else earliest_first(self.reminder_minutes)
            ),
            instructions=terms.instructions if self.instructions is None else self.instructions,
            deposit_mode=self.deposit_mode or (None if self.any_deposit_mode else terms.deposit_mode),
            max_upcoming_per_customer=self._max_upcoming(terms.max_upcoming_per_customer),
        )

    def _max_upcoming(self, current: int | None) -> int | None:
        if self.max_upcoming_per_customer is not None:
            return self.max_upcoming_per_customer
        return None if self.any_upcoming_per_customer else current


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
    made = (
        Duration(
            minutes=each.minutes,
            price_amount=each.price_amount,
            deposit_amount=deposit if each.deposit_amount is None else each.deposit_amount,
        )
        for each in changes
    )
    return tuple(sorted(made, key=lambda duration: duration.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """New values of a profile. None keeps the current value.

    - An account has one profile, which starts as a draft.
    - An approved profile stays approved when it is edited.
    """

    display_name: str | None = None
    bio: str | None = None
    styles: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    instagram: str | None = None
    address: str | None = None
    location: Location | None = None
    photo: PictureChange | None = None
    time_zone: str | None = None
    terms: TermsChange = TermsChange()
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_no_address(self.display_name, field="display_name")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SettingsChange:
    """New settings of a calendar and its terms. None keeps the current value.

    - Settings that a profile shows as well (time zone, terms) increment the profile's version too.
    """

    time_zone: str | None = None
    step_minutes: int | None = None
    duration_minutes: int | None = None
    buffer_before_minutes: int | None = None
    buffer_after_minutes: int | None = None
    min_notice_minutes: int | None = None
    horizon_days: int | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    anchoring: Anchoring | None = None
    unlimited_per_day: bool = False
    """Remove the maximum number of bookings per day."""
    unlimited_per_week: bool = False
    terms: TermsChange = TermsChange()
    expected_version: ExpectedVersion = None
    """The expected version of the calendar."""

    @property
    def shows_on_profile(self) -> bool:
        """Whether the change has values that a profile shows as well: the time zone, or terms."""
        return self.time_zone is not None or self.terms != TermsChange()


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


async def _open(command: ProfileChange, tx: Repositories, context: Context) -> ProviderView:
    """Add a profile, or open a deleted one again: it keeps its id, and what refers to it."""
    owner = await tx.users.get(context.actor.id)
    if owner is None:
        raise UserNotFound
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
        address=command.address or "",
        location=command.location,
        photo=None,
    )
    zero = Money.zero(command.terms.currency or "MNT")
    terms = command.terms.applied_to(Terms(price=zero, deposit=zero))
    require_gateway(command.terms.gateway, context)
    require_chargeable(terms, context)
    time_zone = command.time_zone or owner.time_zone
    settings = SlotSettings()
    _require_one_price(settings, terms)
    profile = replace(profile, photo=await _photo(command, profile, tx, context))
    if deleted is None:
        await tx.profiles.add(profile)
    else:
        await tx.profiles.save(profile, was=deleted)
    await tx.calendars.save_settings(profile.id, time_zone, settings)
    await tx.bookable_providers.save_terms(profile.id, terms)
    return ProviderView(profile=profile, time_zone=time_zone, terms=terms)


async def _edit(command: ProfileChange, tx: Repositories, context: Context) -> ProviderView:
    before = await own_profile(tx, context)
    require_expected_version(before.version, command.expected_version)
    after = replace(
        before,
        display_name=before.display_name if command.display_name is None else command.display_name,
        bio=before.bio if command.bio is None else command.bio,
        styles=before.styles if command.styles is None else command.styles,
        languages=before.languages if command.languages is None else command.languages,
        instagram=before.instagram if command.instagram is None else command.instagram,
        address=before.address if command.address is None else command.address,
        location=before.location if command.location is None else command.location,
        photo=await _photo(command, before, tx, context),
        version=before.version + 1,
    )
    await tx.profiles.save(after, was=before)
    change = SettingsChange(time_zone=command.time_zone, terms=command.terms)
    seen = await settings_of(after, tx)
    if change.shows_on_profile:
        seen = await reset(after, seen, change, tx, context)
    return ProviderView(profile=after, time_zone=seen.calendar.time_zone, terms=seen.terms)


async def _photo(command: ProfileChange, profile: Profile, tx: Repositories, context: Context) -> Image | None:
    if command.photo is None:
        return profile.photo
    return await changed_picture(FileOwner(folder=Folder.PROVIDER_PHOTOS, id=profile.id), command.photo, tx, context)


async def _change_settings(command: SettingsChange, tx: Repositories, context: Context) -> SettingsView:
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
    profile: Profile, seen: SettingsView, change: SettingsChange, tx: Repositories, context: Context
) -> SettingsView:
    """Save new settings and terms, or raise `InvalidValue`."""
    calendar = seen.calendar
    changes = {
        name: value for name in SlotSettings.__dataclass_fields__ if (value := getattr(change, name)) is not None
    }
    settings = replace(calendar.settings, **changes)
    if change.unlimited_per_day:
        settings = replace(settings, max_per_day=None)
    if change.unlimited_per_week:
        settings = replace(settings, max_per_week=None)
    time_zone = change.time_zone or calendar.time_zone
    terms = change.terms.applied_to(seen.terms)
    require_gateway(change.terms.gateway, context)
    if _charged(terms) != _charged(seen.terms):
        require_chargeable(terms, context)
    _require_one_price(settings, terms)
    if terms.price.currency != seen.terms.price.currency:
        await _change_services(profile.id, terms.price.currency, change.terms.services, tx, context)
    # An unknown zone is refused before anything is kept.
    after = replace(calendar, time_zone=time_zone, settings=settings, version=calendar.version + 1)
    await tx.calendars.save_settings(profile.id, time_zone, settings)
    await tx.bookable_providers.save_terms(profile.id, terms)
    return SettingsView(calendar=after, terms=terms)


def _charged(terms: Terms) -> tuple[object, ...]:
    return terms.price, terms.deposit, terms.durations, terms.gateway


def _require_one_price(settings: SlotSettings, terms: Terms) -> None:
    if any(duration.minutes == settings.duration_minutes for duration in terms.durations):
        raise InvalidValue(field="durations", problem="the default length has its price in `priceAmount`")


async def _submit(expected: ExpectedVersion, tx: Repositories, context: Context) -> None:
    before = await own_profile(tx, context)
    require_expected_version(before.version, expected)
    submitted = before.moved(ProfileAction.SUBMIT, context.actor.role)
    require_chargeable_profile((await settings_of(before, tx)).terms, context)
    await tx.profiles.save(submitted, was=before)


async def _set_documents(command: SetDocuments, tx: Repositories, context: Context) -> None:
    before = await own_profile(tx, context)
    require_expected_version(before.version, command.expected_version)
    await set_files(FileOwner(folder=Folder.DOCUMENTS, id=before.id), command.file_ids, tx, context)
    await tx.profiles.save(before.documented(context.actor.role), was=before)


async def _decide(command: DecideOnProfile, tx: Repositories, context: Context) -> None:
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


async def lock_profile(provider_id: ProviderId, tx: Repositories) -> tuple[Profile, User | None]:
    """Lock the owner's account, then the provider, and return both, or raise `ProviderNotFound`."""
    found = await tx.profiles.get(provider_id)
    if found is None:
        raise ProviderNotFound
    owner = await tx.users.lock(found.owner_id)
    await tx.calendars.lock_provider_of(found.owner_id)
    profile = await tx.profiles.get(provider_id)  # again, now that it is locked
    if profile is None or profile.status is ProfileStatus.DELETED:
        raise ProviderNotFound
    return profile, owner


async def _change_services(
    provider_id: ProviderId, currency: str, choice: OnCurrencyChange | None, tx: Repositories, context: Context
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


async def own_profile(tx: Repositories, context: Context) -> Profile:
    """Lock the actor's provider and return its profile, or raise `ProfileMissing`."""
    await tx.calendars.lock_provider_of(context.actor.id)
    profile = await tx.profiles.of_owner(context.actor.id)
    if profile is None or profile.status is ProfileStatus.DELETED:
        raise ProfileMissing
    return profile


open_profile: Final = UseCase(
    Permission.MANAGE_PROFILE, _open, raises=(ProfileExists, InvalidValue, UserNotFound, *SET_FILES_ERRORS)
)
edit_profile: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _edit,
    raises=(ProfileMissing, ProviderNotFound, ServicesInOtherCurrency, InvalidValue, StaleVersion, *SET_FILES_ERRORS),
)
change_settings: Final = UseCase(
    Permission.MANAGE_CALENDAR,
    _change_settings,
    raises=(ProfileMissing, ProviderNotFound, ServicesInOtherCurrency, InvalidValue, StaleVersion),
)
submit_profile: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _submit,
    raises=(ProfileMissing, ProviderNotFound, InvalidProfileTransition, NotChargeable, StaleVersion),
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
