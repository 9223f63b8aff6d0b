"""Owners edit their profiles, and admins look at what an approved one shows of its owner: its name and its picture.

A profile is approved for what an admin has seen. So another name or picture is queued for a look (`ReviewOfChanges`):
shown at once and restored if it is rejected, or shown once it is approved. The owner can take it back until then. All
steps need the provider's lock.
"""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.events import (
    ProfileChangesApproved,
    ProfileChangesAsked,
    ProfileChangesRejected,
    profile_event,
)
from booking_domain.catalogue.model import (
    NoPendingChanges,
    PendingChanges,
    Profile,
    ProfileMissing,
    ProfileStatus,
    ReviewOfChanges,
    ServicesInOtherCurrency,
)
from booking_domain.files.model import FileOwner, Folder
from booking_domain.scheduling.calendar_errors import BookingsInOtherZone, HoursInOtherZone
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.catalogue.profiles import (
    ProfileChange,
    SettingsChange,
    lock_profile,
    own_profile,
    reset,
    settings_of,
)
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, delete_files
from booking_domain.use_cases.files.pictures import changed_picture
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import ProviderView

_REVIEWED: Final = frozenset({ProfileStatus.APPROVED, ProfileStatus.WITHDRAWN, ProfileStatus.SUSPENDED})
"""Statuses in which a profile was approved, and needs no other approval to be published."""
_PHOTO: Final = "photo_file_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOnChanges:
    """Approve or reject the pending changes of a profile, with an optional note."""

    provider_id: ProviderId
    approved: bool
    note: str | None = None
    expected_version: ExpectedVersion = None


async def _edit(command: ProfileChange, tx: Repositories, context: UseCaseContext) -> ProviderView:
    before = await own_profile(tx, context)
    require_expected_version(before.version, command.expected_version)
    after = await edited(before, command, tx, context)
    await tx.profiles.save(after, was=before)
    change = SettingsChange(time_zone=command.time_zone, hours=command.hours, terms=command.terms)
    seen = await settings_of(after, tx)
    if change.shows_on_profile:
        seen = await reset(after, seen, change, tx, context)
    return ProviderView(profile=after, time_zone=seen.calendar.time_zone, terms=seen.terms)


def _photo_of(profile: Profile) -> FileOwner:
    return FileOwner(folder=Folder.PROVIDER_PHOTOS, id=profile.id)


def _kept_by(pending: PendingChanges) -> FileOwner:
    """Who owns the picture that is not shown."""
    return FileOwner(folder=Folder.PROVIDER_PHOTOS, id=pending.id)


async def edited(before: Profile, command: ProfileChange, tx: Repositories, context: UseCaseContext) -> Profile:
    """The profile after a change by its owner; what has to be looked at is pending."""
    review = context.get(ReviewOfChanges, ReviewOfChanges.AFTER)
    wanted = replace(command, display_name=_new_name(before, command), photo_file_id=_new_photo(before, command))
    reviewed = before.pending is not None or (before.status in _REVIEWED and review is not ReviewOfChanges.OFF)
    if not reviewed or (isinstance(wanted.display_name, Unset) and isinstance(wanted.photo_file_id, Unset)):
        picture = await changed_picture(_photo_of(before), command.photo_file_id, tx, context, field=_PHOTO)
        return changed(before, command, photo=picture, version=before.version + 1)
    pending = before.pending or PendingChanges(
        id=context.entropy.new_id(), shown=review is ReviewOfChanges.AFTER, asked_at=context.now
    )
    step = _show if pending.shown else _hold
    after, pending = await step(before, pending, wanted, tx, context)
    after = replace(
        changed(after, replace(command, display_name=UNSET, photo_file_id=UNSET)),
        pending=None if pending.empty else pending,
        version=before.version + 1,
    )
    if before.pending is None and after.pending is not None:
        await tx.outbox.put([profile_event(ProfileChangesAsked, after, context)])
    return after


def _new_name(before: Profile, command: ProfileChange) -> str | Unset:
    """The name, if it is another one than is shown or proposed."""
    known = before.display_name if before.pending is None else before.pending.name_of_owner(before.display_name)
    return UNSET if command.display_name == known else command.display_name


def _new_photo(before: Profile, command: ProfileChange) -> FileId | Unset | None:
    """The picture, if it is another one than is shown or proposed; None: none."""
    pending = before.pending
    known = pending.photo if pending is not None and pending.photo_changed and not pending.shown else before.photo
    return UNSET if command.photo_file_id == (None if known is None else known.file_id) else command.photo_file_id


async def _show(
    before: Profile, pending: PendingChanges, wanted: ProfileChange, tx: Repositories, context: UseCaseContext
) -> tuple[Profile, PendingChanges]:
    """Show the changes, and keep what was shown when the profile was looked at."""
    after, name, photo = before, wanted.display_name, wanted.photo_file_id
    if not isinstance(name, Unset):
        former = pending.display_name or before.display_name
        pending = replace(pending, display_name=None if former == name else former)
        after = replace(after, display_name=name)
    if not isinstance(photo, Unset):
        if not pending.photo_changed:
            await _move(_photo_of(before), _kept_by(pending), tx, context)
            pending = replace(pending, photo_changed=True, photo=before.photo)
        picture = await changed_picture(_photo_of(before), photo, tx, context, field=_PHOTO)
        after = changed(after, ProfileChange(), photo=picture)
    return after, pending


async def _hold(
    before: Profile, pending: PendingChanges, wanted: ProfileChange, tx: Repositories, context: UseCaseContext
) -> tuple[Profile, PendingChanges]:
    """Keep the changes until they are approved; what is shown again is no change any more."""
    name, photo = wanted.display_name, wanted.photo_file_id
    if not isinstance(name, Unset):
        pending = replace(pending, display_name=None if name == before.display_name else name)
    if not isinstance(photo, Unset):
        shown = None if before.photo is None else before.photo.file_id
        if photo == shown:
            await delete_files(_kept_by(pending), tx, context)
            pending = replace(pending, photo_changed=False, photo=None)
        else:
            picture = await changed_picture(_kept_by(pending), photo, tx, context, field=_PHOTO)
            pending = replace(pending, photo_changed=True, photo=None if isinstance(picture, Unset) else picture)
    return before, pending


async def _move(source: FileOwner, target: FileOwner, tx: Repositories, context: UseCaseContext) -> None:
    """Make the files of one owner those of another one, whose own are deleted."""
    await delete_files(target, tx, context)
    for file in await tx.files.lock_of(source):
        await tx.files.save(replace(file, owner_id=None).attach(target, file.position or 0), was=file)


async def _settled(profile: Profile, tx: Repositories, context: UseCaseContext, *, approved: bool) -> Profile:
    """The profile without pending changes, or raise `NoPendingChanges`."""
    pending = required(profile.pending, NoPendingChanges)
    after = replace(profile, pending=None, version=profile.version + 1)
    if approved == pending.shown:
        await delete_files(_kept_by(pending), tx, context)
        return after
    if pending.photo_changed:
        await _move(_kept_by(pending), _photo_of(profile), tx, context)
        left = await tx.files.lock_of(_photo_of(profile))  # an admin may have deleted the file
        after = replace(after, photo=left[0].as_image if left else None)
    return replace(after, display_name=pending.display_name or profile.display_name)


async def _decide(command: DecideOnChanges, tx: Repositories, context: UseCaseContext) -> Profile:
    before, _ = await lock_profile(command.provider_id, tx)
    require_expected_version(before.version, command.expected_version)
    settled = await _settled(before, tx, context, approved=command.approved)
    after = replace(settled, review_note=command.note)
    await tx.profiles.save(after, was=before)
    context.note(f"profile.changes_{'approved' if command.approved else 'rejected'}")
    kind = ProfileChangesApproved if command.approved else ProfileChangesRejected
    await tx.outbox.put([profile_event(kind, after, context)])
    return after


async def _withdraw(expected: ExpectedVersion, tx: Repositories, context: UseCaseContext) -> Profile:
    """Take the actor's pending changes back: the profile shows what it did when it was looked at."""
    before = await own_profile(tx, context)
    require_expected_version(before.version, expected)
    after = await _settled(before, tx, context, approved=False)
    await tx.profiles.save(after, was=before)
    return after


edit_profile: Final = UseCase(
    Permission.MANAGE_PROFILE,
    _edit,
    raises=(
        ProfileMissing,
        ProviderNotFound,
        ServicesInOtherCurrency,
        HoursInOtherZone,
        BookingsInOtherZone,
        InvalidValue,
        StaleVersion,
        *SET_FILES_ERRORS,
    ),
)
decide_on_changes: Final = UseCase(
    Permission.DECIDE_ON_PROFILES,
    _decide,
    lambda command, _: Subject("provider", command.provider_id),
    raises=(ProviderNotFound, NoPendingChanges, StaleVersion),
)
withdraw_changes: Final = UseCase(
    Permission.MANAGE_PROFILE, _withdraw, raises=(ProfileMissing, NoPendingChanges, StaleVersion)
)
