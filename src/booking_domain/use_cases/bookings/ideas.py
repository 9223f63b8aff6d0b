"""Share ideas on a booking, change and delete them, and list them. All under the lock of the booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.ideas import (
    MAX_IDEAS,
    SIDES,
    BookingIsOver,
    Idea,
    IdeaContent,
    IdeaDeleted,
    IdeaNotFound,
    IdeaShared,
    IdeaSide,
    TooManyIdeas,
    idea_event,
)
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import TO_COME, UNSETTLED, Party
from booking_domain.files.model import File, FileOwner, Folder
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, FileId, IdeaId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.steps import lock_visible_booking
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, delete_files, set_files
from booking_domain.use_cases.platform.ports import Reads, Repositories

_OPEN: Final = TO_COME | UNSETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIdea:
    """What an idea says, and the images that its author uploaded."""

    content: IdeaContent
    file_ids: tuple[FileId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareIdea:
    """Share an idea on a booking."""

    booking_id: BookingId
    idea: NewIdea


@dataclass(frozen=True, slots=True, kw_only=True)
class EditIdea:
    """Change an idea that the actor wrote, or any as an admin."""

    idea_id: IdeaId
    description: str | Unset = UNSET
    size: str | Unset = UNSET
    placement: str | Unset = UNSET
    colours: str | Unset = UNSET
    budget_amount: int | Unset | None = UNSET
    estimate_amount: int | Unset | None = UNSET
    file_ids: tuple[FileId, ...] | Unset = UNSET
    """All its images."""
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaView:
    """An idea with its images."""

    idea: Idea
    images: Sequence[File]


async def add_idea(
    new: NewIdea, booking: Booking, side: IdeaSide, tx: Repositories, context: UseCaseContext
) -> IdeaView:
    """Add an idea of the actor to a booking that is locked, or new."""
    new.content.require_side(side)
    if await tx.ideas.count(booking.id) >= MAX_IDEAS:
        raise TooManyIdeas(most=MAX_IDEAS)
    idea = Idea(
        id=IdeaId(context.entropy.new_id()),
        booking_id=booking.id,
        author_id=context.actor.id,
        side=side,
        content=new.content,
        currency=booking.price.currency,
        created_at=context.now,
        updated_at=context.now,
    )
    await tx.ideas.add(idea)
    images = await set_files(_owner(idea.id), new.file_ids, tx, context)
    return IdeaView(idea=idea, images=images)


async def _share(command: ShareIdea, tx: Repositories, context: UseCaseContext) -> IdeaView:
    booking, party = await lock_visible_booking(command.booking_id, None, tx, context)
    if party not in SIDES:
        raise NotPermitted(permission=Permission.SHARE_IDEAS)
    _require_open(booking)
    view = await add_idea(command.idea, booking, SIDES[party], tx, context)
    await tx.outbox.put([idea_event(IdeaShared, view.idea, context)])
    return view


async def _edit(command: EditIdea, tx: Repositories, context: UseCaseContext) -> IdeaView:
    idea, booking, party = await _locked(command.idea_id, tx, context)
    by_admin = idea.author_id != context.actor.id
    if by_admin and party is not Party.ADMIN:
        raise NotPermitted(permission=Permission.EDIT_IDEAS)
    require_expected_version(idea.version, command.expected_version)
    _require_open(booking)
    after = idea.edited(changed(idea.content, command), context.now)
    await tx.ideas.save(after, was=idea)
    if isinstance(command.file_ids, Unset):
        images: Sequence[File] = (await tx.files.of_each(Folder.IDEAS, [idea.id])).get(idea.id, ())
    else:
        images = await set_files(_owner(idea.id), command.file_ids, tx, context)
    await tx.outbox.put([idea_event(IdeaShared, after, context, by_admin=by_admin)])
    return IdeaView(idea=after, images=images)


async def _delete(idea_id: IdeaId, tx: Repositories, context: UseCaseContext) -> None:
    idea, _, party = await _locked(idea_id, tx, context)
    if party is not Party.ADMIN and idea.author_id != context.actor.id:
        raise NotPermitted(permission=Permission.DELETE_IDEAS)
    await delete_files(_owner(idea.id), tx, context)
    await tx.ideas.remove(idea.id)
    by_admin = idea.author_id != context.actor.id
    await tx.outbox.put([idea_event(IdeaDeleted, idea, context, by_admin=by_admin)])


async def _locked(idea_id: IdeaId, tx: Repositories, context: UseCaseContext) -> tuple[Idea, Booking, Party]:
    seen = required(await tx.ideas.get(idea_id), IdeaNotFound)
    try:
        booking, party = await lock_visible_booking(seen.booking_id, None, tx, context)
    except BookingNotFound:
        raise IdeaNotFound from None
    idea = await tx.ideas.get(idea_id)
    if idea is None:  # it was deleted before the lock
        raise IdeaNotFound
    return idea, booking, party


def _require_open(booking: Booking) -> None:
    if booking.status not in _OPEN:
        raise BookingIsOver


def _owner(idea_id: IdeaId) -> FileOwner:
    return FileOwner(folder=Folder.IDEAS, id=idea_id)


async def _list(actor: Actor, booking_id: BookingId, reads: Reads) -> Sequence[IdeaView]:
    """The ideas on a booking that the actor sees, oldest first."""
    appointment = await reads.appointments.get(booking_id)
    if appointment is None or appointment.party(actor) is None:
        raise BookingNotFound
    found = await reads.ideas.of_booking(booking_id)
    images = await reads.files.of_each(Folder.IDEAS, [each.id for each in found])
    return [IdeaView(idea=each, images=images.get(each.id, ())) for each in found]


async def _get(actor: Actor, booking_id: BookingId, idea_id: IdeaId, reads: Reads) -> IdeaView:
    """One idea on a booking that the actor sees."""
    for view in await _list(actor, booking_id, reads):
        if view.idea.id == idea_id:
            return view
    raise IdeaNotFound


IDEA_ERRORS: Final = (InvalidValue, TooManyIdeas, *SET_FILES_ERRORS)
"""What an idea of a new booking may raise."""
share_idea: Final = UseCase(
    Permission.SHARE_IDEAS, _share, raises=(BookingNotFound, BookingIsOver, NotPermitted, *IDEA_ERRORS)
)
edit_idea: Final = UseCase(
    Permission.EDIT_IDEAS,
    _edit,
    concerns=lambda command, _: Subject("idea", command.idea_id),
    raises=(IdeaNotFound, BookingIsOver, NotPermitted, StaleVersion, InvalidValue, *SET_FILES_ERRORS),
)
delete_idea: Final = UseCase(
    Permission.DELETE_IDEAS,
    _delete,
    concerns=lambda idea_id, _: Subject("idea", idea_id),
    raises=(IdeaNotFound, NotPermitted),
)
list_ideas: Final = Query(_list, (BookingNotFound,))
get_idea: Final = Query(_get, (BookingNotFound, IdeaNotFound))
