"""Pictures of accounts, providers, salons and portfolios: a context names each file that it shows, and releases it.

A context that shows files keeps them as `Image`s in its own row; `set_files` makes it their owner in the same
database transaction.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from booking_domain.bookings.ideas import IdeaImageDeleted, idea_event
from booking_domain.disputes.events import DisputeImageDeleted, dispute_event
from booking_domain.disputes.model import StatementId
from booking_domain.files.model import File, FileNotFound, FileOwner, FileParty, FileStatus, Folder
from booking_domain.identity.model import User
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import about
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, IdeaId, ProviderId, SalonId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.permissions import Permission
from booking_domain.shared.unset import Unset
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, set_files
from booking_domain.use_cases.identity.accounts import EDIT_ERRORS, EditAccount, edit
from booking_domain.use_cases.platform.ports import Repositories


async def changed_picture(
    owner: FileOwner, file_id: FileId | Unset | None, tx: Repositories, context: UseCaseContext, *, field: str
) -> Image | Unset | None:
    """Make the file, or none, the only one of the owner, which is locked; the former one is deleted.

    `field` is where the command names the file.
    """
    if isinstance(file_id, Unset):
        return file_id
    with about(field):
        return next(iter(await set_pictures(owner, () if file_id is None else (file_id,), tx, context)), None)


async def changed_pictures(
    owner: FileOwner,
    file_ids: Sequence[FileId] | Unset,
    tx: Repositories,
    context: UseCaseContext,
    field: str = "file_ids",
) -> tuple[Image, ...] | Unset:
    """Make these files the owner's, unless they are unset; see `set_pictures`."""
    return file_ids if isinstance(file_ids, Unset) else await set_pictures(owner, file_ids, tx, context, field)


async def set_pictures(
    owner: FileOwner, file_ids: Sequence[FileId], tx: Repositories, context: UseCaseContext, field: str = "file_ids"
) -> tuple[Image, ...]:
    """Make these files the owner's, which is locked, in this order; its other ones are deleted."""
    return tuple(file.as_image for file in await set_files(owner, file_ids, tx, context, field=(field,)))


async def _edit_account(command: EditAccount, tx: Repositories, context: UseCaseContext) -> User:
    if isinstance(command.picture_file_id, Unset):
        return await edit(command, tx, context)
    await tx.users.lock(context.actor.id)
    owner = FileOwner(folder=Folder.AVATARS, id=context.actor.id)
    picture = await changed_picture(owner, command.picture_file_id, tx, context, field="picture_file_id")
    return await edit(command, tx, context, picture)


async def _of_account(file: File, owner_id: UUID, tx: Repositories, _: UseCaseContext) -> None:
    user = await tx.users.lock(UserId(owner_id))
    if user is not None and _shows(user.picture, file):
        await tx.users.save(user.changed(picture=None))


async def _of_provider(file: File, owner_id: UUID, tx: Repositories, _: UseCaseContext) -> None:
    profile = await tx.profiles.get(ProviderId(owner_id))
    if profile is not None and _shows(profile.photo, file):
        await tx.profiles.save(replace(profile, photo=None, version=profile.version + 1), was=profile)


async def _of_salon(file: File, owner_id: UUID, tx: Repositories, _: UseCaseContext) -> None:
    salon = await tx.salons.lock(SalonId(owner_id))
    if salon is not None:
        photos = tuple(photo for photo in salon.photos if not _shows(photo, file))
        await tx.salons.save(replace(salon, photos=photos, version=salon.version + 1), was=salon)


async def _of_item(file: File, owner_id: UUID, tx: Repositories, _: UseCaseContext) -> None:
    item = await tx.portfolio_items.lock(PortfolioItemId(owner_id))
    if item is not None:
        left = item.without_image(file.id)
        if left is None:
            await tx.portfolio_items.remove(item.id)
        else:
            await tx.portfolio_items.save(left, was=item)


async def _of_statement(_: File, owner_id: UUID, tx: Repositories, context: UseCaseContext) -> None:
    """The statement reads its images from `files`; the parties are notified that one is missing."""
    statement = await tx.disputes.statement(StatementId(owner_id))
    dispute = None if statement is None else await tx.disputes.get(statement.dispute_id)
    if statement is not None and dispute is not None:
        await tx.outbox.put([dispute_event(DisputeImageDeleted, dispute, context, side=statement.side)])


async def _of_idea(_: File, owner_id: UUID, tx: Repositories, context: UseCaseContext) -> None:
    """The idea reads its images from `files`; both sides are notified that one is missing."""
    idea = await tx.ideas.get(IdeaId(owner_id))
    if idea is not None:
        await tx.outbox.put([idea_event(IdeaImageDeleted, idea, context)])


def _shows(image: Image | None, file: File) -> bool:
    return image is not None and image.file_id == file.id


_LET_GO: Final = {
    Folder.AVATARS: _of_account,
    Folder.PROVIDER_PHOTOS: _of_provider,
    Folder.SALON_PHOTOS: _of_salon,
    Folder.PORTFOLIO: _of_item,
    Folder.EVIDENCE: _of_statement,
    Folder.IDEAS: _of_idea,
}
"""How the owner of a file lets go of it, by folder; the others read what they show from `files`."""


async def _delete_any(file_id: FileId, tx: Repositories, context: UseCaseContext) -> None:
    file = await tx.files.lock(file_id)
    if file is None or file.status is FileStatus.DELETED:
        raise FileNotFound
    if file.owner_id is not None and file.folder in _LET_GO:
        await _LET_GO[file.folder](file, file.owner_id, tx, context)
    await tx.files.save(file.delete(FileParty.ADMIN, context.now), was=file)


edit_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _edit_account, raises=(*EDIT_ERRORS, *SET_FILES_ERRORS))
delete_file: Final = UseCase(
    Permission.MODERATE_FILES,
    _delete_any,
    lambda file_id, _: Subject("file", file_id),
    raises=(FileNotFound,),
)
