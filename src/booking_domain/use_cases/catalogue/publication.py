"""Take a profile out of the catalogue, and put it back: by its owner, and by admins. Admins also correct profiles.

Bookings that exist stay. Lock order: the owner's account, then the
provider.
"""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.bookings.model import DepositMode
from booking_domain.catalogue.events import ProfileCorrected, ProfileDeleted, ProfileReinstated, profile_event
from booking_domain.catalogue.model import (
    MAX_REASON,
    InvalidProfileTransition,
    Location,
    Profile,
    ProfileAction,
    ProfileHasBookings,
    ProfileMissing,
    ProfileOwesMoney,
    ProviderInactive,
    SuspensionCause,
)
from booking_domain.files.model import FileOwner, Folder
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.unset import UNSET, Unset, changed, given
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.catalogue.profiles import (
    SettingsChange,
    TermsChange,
    lock_profile,
    own_profile,
    reset,
    settings_of,
)
from booking_domain.use_cases.catalogue.unpublish import may_publish, release_offers, suspend
from booking_domain.use_cases.files.commands import delete_files
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendProfile:
    """Suspend a published or withdrawn profile.

    - From then on it is not listed, and has no slots, holds, bookings and new payments.
    - Its owner is notified of the reason, and the customers of its bookings that these are under review.
    """

    provider_id: ProviderId
    reason: str
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.reason.strip()) <= MAX_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_REASON} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateProfile:
    """End the suspension of a profile, if its account is an active provider's again.

    - It is published again, unless its owner had withdrawn it before the suspension.
    """

    provider_id: ProviderId
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CorrectProfile:
    """New texts, location and payment gateway of any profile. Its status stays."""

    provider_id: ProviderId
    display_name: str | Unset = UNSET
    bio: str | Unset = UNSET
    styles: tuple[str, ...] | Unset = UNSET
    languages: tuple[str, ...] | Unset = UNSET
    instagram: str | Unset = UNSET
    address: str | Unset = UNSET
    location: Location | Unset = UNSET
    gateway: str | Unset | None = UNSET
    """None: the deployment chooses the gateway."""
    deposit_mode: DepositMode | Unset | None = UNSET
    """None: the deployment decides when deposits are charged."""
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.display_name, field="display_name")


_PICTURES: Final = (Folder.PROVIDER_PHOTOS, Folder.DOCUMENTS)


async def _suspend(command: SuspendProfile, tx: Repositories, context: UseCaseContext) -> Profile:
    profile, _ = await lock_profile(command.provider_id, tx)
    require_expected_version(profile.version, command.expected_version)
    return await suspend(profile, SuspensionCause.DECISION, tx, context, command.reason.strip())


async def _reinstate(command: ReinstateProfile, tx: Repositories, context: UseCaseContext) -> Profile:
    profile, owner = await lock_profile(command.provider_id, tx)
    require_expected_version(profile.version, command.expected_version)
    after = profile.reinstated(context.actor.role)
    if not may_publish(owner):
        raise ProviderInactive
    await tx.profiles.save(after, was=profile)
    await tx.outbox.put([profile_event(ProfileReinstated, after, context)])
    return after


async def _correct(command: CorrectProfile, tx: Repositories, context: UseCaseContext) -> Profile:
    profile, _ = await lock_profile(command.provider_id, tx)
    require_expected_version(profile.version, command.expected_version)
    after = changed(profile, command, version=profile.version + 1)
    await tx.profiles.save(after, was=profile)
    terms = TermsChange(gateway=command.gateway, deposit_mode=command.deposit_mode)
    if terms != TermsChange():
        await reset(after, await settings_of(after, tx), SettingsChange(terms=terms), tx, context)
    names = given(command, profile) | given(command, terms)
    context.note("profile.corrected", details={"changed": sorted(names)})
    await tx.outbox.put([profile_event(ProfileCorrected, after, context)])
    return after


async def _withdraw(expected: ExpectedVersion, tx: Repositories, context: UseCaseContext) -> Profile:
    """Unpublish the actor's profile, or take back its submission."""
    before = await own_profile(tx, context)
    require_expected_version(before.version, expected)
    after = before.moved(ProfileAction.WITHDRAW, context.actor.role)
    await tx.profiles.save(after, was=before)
    await release_offers(after.id, tx)
    return after


async def _republish(expected: ExpectedVersion, tx: Repositories, context: UseCaseContext) -> Profile:
    """Publish the actor's withdrawn profile again, without another approval."""
    owner = await tx.users.lock(context.actor.id)
    before = await own_profile(tx, context)
    require_expected_version(before.version, expected)
    after = before.moved(ProfileAction.REPUBLISH, context.actor.role)
    if not may_publish(owner):
        raise ProviderInactive
    await tx.profiles.save(after, was=before)
    return after


async def _delete_own(_: None, tx: Repositories, context: UseCaseContext) -> None:
    await _delete(await own_profile(tx, context), tx, context)


async def _delete_any(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> None:
    profile, _ = await lock_profile(provider_id, tx)
    await _delete(profile, tx, context)
    await tx.outbox.put([profile_event(ProfileDeleted, profile, context)])


async def _delete(profile: Profile, tx: Repositories, context: UseCaseContext) -> None:
    """Delete a profile that is locked: what refers to it stays, its texts do not."""
    blockers = await tx.personal_data.profile_blockers(profile.id, context.now)
    if blockers.bookings:
        raise ProfileHasBookings
    if blockers.money:
        raise ProfileOwesMoney
    after = replace(profile.moved(ProfileAction.DELETE, context.actor.role), photo=None, pending=None)
    await tx.profiles.save(after, was=profile)
    await release_offers(profile.id, tx)
    for entry in await tx.waiting_list.open_for(profile.id):
        await tx.waiting_list.save(entry.lapsed())
    for item in await tx.portfolio_items.of_provider(profile.id):
        await delete_files(FileOwner(folder=Folder.PORTFOLIO, id=item.id), tx, context)
    if profile.pending is not None:
        await delete_files(FileOwner(folder=Folder.PROVIDER_PHOTOS, id=profile.pending.id), tx, context)
    for folder in _PICTURES:
        await delete_files(FileOwner(folder=folder, id=profile.id), tx, context)
    await tx.personal_data.clear_profile(profile.owner_id)
    context.note("provider.deleted", Subject("provider", profile.id))


def _subject(command: SuspendProfile | ReinstateProfile | CorrectProfile, _: object) -> Subject:
    return Subject("provider", command.provider_id)


_BLOCKED: Final = (ProfileHasBookings, ProfileOwesMoney)

suspend_profile: Final = UseCase(
    Permission.MODERATE_PROFILES,
    _suspend,
    _subject,
    raises=(ProviderNotFound, InvalidProfileTransition, InvalidValue, StaleVersion),
)
reinstate_profile: Final = UseCase(
    Permission.MODERATE_PROFILES,
    _reinstate,
    _subject,
    audited_as="provider.reinstated",
    raises=(ProviderNotFound, InvalidProfileTransition, ProviderInactive, StaleVersion),
)
correct_profile: Final = UseCase(
    Permission.MODERATE_PROFILES, _correct, _subject, raises=(ProviderNotFound, InvalidValue, StaleVersion)
)
withdraw_profile: Final = UseCase(
    Permission.MANAGE_PROFILE, _withdraw, raises=(ProfileMissing, InvalidProfileTransition, StaleVersion)
)
republish_profile: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _republish,
    raises=(ProfileMissing, InvalidProfileTransition, ProviderInactive, StaleVersion),
)
delete_own_profile: Final = UseCase(Permission.MANAGE_PROFILE, _delete_own, raises=(ProfileMissing, *_BLOCKED))
delete_profile: Final = UseCase(
    Permission.MODERATE_PROFILES,
    _delete_any,
    lambda provider_id, _: Subject("provider", provider_id),
    raises=(ProviderNotFound, *_BLOCKED),
)
