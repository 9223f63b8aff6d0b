"""Admins publish, change and delete announcements; people read and dismiss them; the worker publishes what is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from booking_domain.announcements.events import (
    AnnouncementChanged,
    AnnouncementEvent,
    AnnouncementPublished,
    AnnouncementWithdrawn,
    announcement_event,
)
from booking_domain.announcements.model import (
    MOST_TO_COME,
    Announcement,
    AnnouncementId,
    AnnouncementLevel,
    AnnouncementNotFound,
    AnnouncementText,
    Audience,
    TooManyAnnouncements,
)
from booking_domain.announcements.ports import AnnouncementFilter, AnnouncementReads, Announcements
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.versions import ExpectedVersion, require_expected_version

_AT_ONCE: Final = 100


class AnnouncementTx(Protocol):
    """What announcements need of a database transaction."""

    @property
    def announcements(self) -> Announcements: ...
    @property
    def outbox(self) -> Outbox: ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MakeAnnouncement:
    """Tell an audience something."""

    texts: tuple[AnnouncementText, ...]
    audience: Audience = Audience.EVERYONE
    level: AnnouncementLevel = AnnouncementLevel.INFO
    starts_at: datetime | None = None
    """None: now."""
    ends_at: datetime | None = None
    """None: until it is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class EditAnnouncement:
    """Change an announcement."""

    announcement_id: AnnouncementId
    texts: tuple[AnnouncementText, ...] | Unset = UNSET
    audience: Audience | Unset = UNSET
    level: AnnouncementLevel | Unset = UNSET
    starts_at: datetime | Unset = UNSET
    ends_at: datetime | Unset | None = UNSET
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """An announcement, as one person sees it."""

    announcement: Announcement
    dismissed: bool


async def _make(command: MakeAnnouncement, tx: AnnouncementTx, context: UseCaseContext) -> Announcement:
    made = Announcement(
        id=AnnouncementId(context.entropy.new_id()),
        texts=command.texts,
        audience=command.audience,
        level=command.level,
        starts_at=context.now if command.starts_at is None else command.starts_at,
        ends_at=command.ends_at,
        created_at=context.now,
        updated_at=context.now,
    )
    if made.ended(context.now):
        raise InvalidValue(field="to", problem="in the future")
    if await tx.announcements.count(context.now) >= MOST_TO_COME:
        raise TooManyAnnouncements
    made = replace(made, published=made.current(context.now))
    await tx.announcements.add(made)
    if made.published:
        await tx.outbox.put([announcement_event(AnnouncementPublished, made, context)])
    return made


async def _edit(command: EditAnnouncement, tx: AnnouncementTx, context: UseCaseContext) -> Announcement:
    before = await _locked(command.announcement_id, tx)
    require_expected_version(before.version, command.expected_version)
    edited = changed(before, command, version=before.version + 1, updated_at=context.now)
    after = replace(edited, published=edited.current(context.now))
    again = before.ended(context.now) and not after.ended(context.now)
    if again and await tx.announcements.count(context.now) >= MOST_TO_COME:
        raise TooManyAnnouncements
    await tx.announcements.save(after, was=before)
    if not after.has_same_content(before):
        await tx.announcements.remove_dismissals(after.id)
    await tx.outbox.put(_live_changes(before, after, context))
    return after


def _live_changes(before: Announcement, after: Announcement, context: UseCaseContext) -> Sequence[AnnouncementEvent]:
    """What the clients of both audiences receive."""
    if before.published and after.published and before.audience is after.audience:
        return [announcement_event(AnnouncementChanged, after, context)]
    withdrawn = [announcement_event(AnnouncementWithdrawn, before, context)] if before.published else []
    published = [announcement_event(AnnouncementPublished, after, context)] if after.published else []
    return [*withdrawn, *published]


async def _delete(announcement_id: AnnouncementId, tx: AnnouncementTx, context: UseCaseContext) -> None:
    announcement = await _locked(announcement_id, tx)
    await tx.announcements.remove(announcement.id)
    if announcement.published:
        await tx.outbox.put([announcement_event(AnnouncementWithdrawn, announcement, context)])


async def _locked(announcement_id: AnnouncementId, tx: AnnouncementTx) -> Announcement:
    return required(await tx.announcements.lock(announcement_id), AnnouncementNotFound)


async def _publish_due(_: None, tx: AnnouncementTx, context: UseCaseContext) -> int:
    """Publish what has become current, and withdraw what has ended; return how many announcements changed."""
    due = await tx.announcements.due(context.now, _AT_ONCE)
    for before in due:
        after = replace(before, published=before.current(context.now))
        await tx.announcements.save(after, was=before)
        await tx.outbox.put(_live_changes(before, after, context))
    return len(due)


async def _dismiss(announcement_id: AnnouncementId, tx: AnnouncementTx, context: UseCaseContext) -> None:
    await _require_current(announcement_id, tx, context)
    await tx.announcements.dismiss(announcement_id, context.actor.id, context.now)


async def _undo_dismissal(announcement_id: AnnouncementId, tx: AnnouncementTx, context: UseCaseContext) -> None:
    await _require_current(announcement_id, tx, context)
    await tx.announcements.undo_dismissal(announcement_id, context.actor.id)


async def _require_current(announcement_id: AnnouncementId, tx: AnnouncementTx, context: UseCaseContext) -> None:
    """Raise `AnnouncementNotFound` unless it is current for the actor. Nothing is locked: a whole audience reads it."""
    announcement = await tx.announcements.get(announcement_id)
    if announcement is None or not _concerns(announcement, context.actor, context.now):
        raise AnnouncementNotFound


def _concerns(announcement: Announcement, actor: Actor | None, now: datetime) -> bool:
    return announcement.current(now) and announcement.audience.includes(None if actor is None else actor.role)


async def _read(actor: Actor | None, announcements: AnnouncementReads, *, now: datetime) -> list[AnnouncementView]:
    """The announcements that are current for the caller, the last to have started first."""
    found = [each for each in await announcements.current(now) if _concerns(each, actor, now)]
    dismissed = await announcements.dismissed_by(actor.id) if found and actor is not None else set()
    return [AnnouncementView(each, each.id in dismissed) for each in found]


async def _list(actor: Actor, criteria: AnnouncementFilter, announcements: AnnouncementReads) -> Sequence[Announcement]:
    """A page of all announcements, newest first; for admins."""
    authorise(actor, Permission.MANAGE_ANNOUNCEMENTS)
    return await announcements.page(criteria)


async def _get(actor: Actor, announcement_id: AnnouncementId, announcements: AnnouncementReads) -> Announcement:
    """One announcement; for admins."""
    authorise(actor, Permission.MANAGE_ANNOUNCEMENTS)
    return required(await announcements.get(announcement_id), AnnouncementNotFound)


make_announcement: Final = UseCase(
    Permission.MANAGE_ANNOUNCEMENTS,
    _make,
    lambda _, made: Subject("announcement", made.id),
    raises=(InvalidValue, TooManyAnnouncements),
)
edit_announcement: Final = UseCase(
    Permission.MANAGE_ANNOUNCEMENTS,
    _edit,
    lambda command, _: Subject("announcement", command.announcement_id),
    raises=(AnnouncementNotFound, InvalidValue, StaleVersion, TooManyAnnouncements),
)
delete_announcement: Final = UseCase(
    Permission.MANAGE_ANNOUNCEMENTS,
    _delete,
    lambda announcement_id, _: Subject("announcement", announcement_id),
    audited_as="announcement.delete",
    raises=(AnnouncementNotFound,),
)
publish_due_announcements: Final = UseCase(Permission.RUN_PLATFORM, _publish_due)
dismiss_announcement: Final = UseCase(
    Permission.DISMISS_ANNOUNCEMENTS,
    _dismiss,
    lambda announcement_id, _: Subject("announcement", announcement_id),
    raises=(AnnouncementNotFound,),
)
undo_dismissal: Final = UseCase(
    Permission.DISMISS_ANNOUNCEMENTS,
    _undo_dismissal,
    lambda announcement_id, _: Subject("announcement", announcement_id),
    raises=(AnnouncementNotFound,),
)
read_announcements: Final = Query(_read)
list_announcements: Final = Query(_list, (NotPermitted,))
get_announcement: Final = Query(_get, (AnnouncementNotFound, NotPermitted))
