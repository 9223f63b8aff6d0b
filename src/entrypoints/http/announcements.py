"""`/announcements`: the platform's announcements to users; `/admin/announcements`: write them, for admins."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType, field

from booking_domain.announcements.model import (
    MAX_TEXT,
    MAX_TITLE,
    Announcement,
    AnnouncementId,
    AnnouncementLevel,
    AnnouncementText,
    Audience,
)
from booking_domain.announcements.ports import AnnouncementFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.languages import LANGUAGES
from booking_domain.use_cases.announcements import commands as use_cases
from booking_domain.use_cases.announcements.commands import AnnouncementView, EditAnnouncement, MakeAnnouncement
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.fields import Body, Instant, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run

Language = Annotated[str, Meta(pattern=f"^({'|'.join(LANGUAGES)})$", examples=["mn"])]


class AnnouncementTextBody(Body, frozen=True, kw_only=True):
    """What an announcement says in one language."""

    language: Language
    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]


Texts = Annotated[
    tuple[AnnouncementTextBody, ...],
    Meta(min_length=1, max_length=len(LANGUAGES), description="Each in another language."),
]


class MakeAnnouncementBody(Body, frozen=True, kw_only=True):
    """A new announcement."""

    texts: Texts
    audience: Audience = Audience.EVERYONE
    level: AnnouncementLevel = AnnouncementLevel.INFO
    from_: Instant | None = field(default=None, name="from")
    """Null: now."""
    to: Instant | None = None
    """Null: until it is deleted."""


class EditAnnouncementBody(Body, frozen=True, kw_only=True):
    """New values; omitted members keep theirs."""

    texts: Texts | UnsetType = UNSET
    """All texts of the announcement; texts in omitted languages are removed."""
    audience: Audience | UnsetType = UNSET
    level: AnnouncementLevel | UnsetType = UNSET
    from_: Instant | UnsetType = field(default=UNSET, name="from")
    """When it begins to be shown."""
    to: Instant | UnsetType | None = UNSET
    """Null: until it is deleted."""


_text: Final = projection(AnnouncementTextBody, AnnouncementText)
_make: Final = projection(MakeAnnouncementBody, MakeAnnouncement, texts=_text, starts_at="from_", ends_at="to")
_edit: Final = members(
    EditAnnouncementBody,
    EditAnnouncement,
    given=("announcement_id", "expected_version"),
    texts=_text,
    starts_at="from_",
    ends_at="to",
)


class AnnouncementsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of announcements."""


_chosen: Final = projection(AnnouncementsQuery, AnnouncementFilter, **PAGE_AND_ONE)


class AnnouncementTextJson(Json, frozen=True, kw_only=True):
    """What an announcement says in one language."""

    language: str
    title: str
    text: str


class AnnouncementJson(Json, frozen=True, kw_only=True):
    """An announcement, for admins."""

    id: UUID
    texts: tuple[AnnouncementTextJson, ...]
    audience: Audience
    level: AnnouncementLevel
    from_: Timestamp = field(name="from")
    """When it begins to be shown."""
    to: Timestamp | None = None
    """When it ceases to be shown."""
    published: bool
    """Whether clients have been notified that it is current."""
    created_at: Timestamp
    updated_at: Timestamp
    version: int


class AnnouncementPageJson(Page[AnnouncementJson], frozen=True, kw_only=True):
    """A page of announcements, for admins."""


class ShownAnnouncementJson(Json, frozen=True, kw_only=True):
    """An announcement in the caller's language."""

    id: UUID
    level: AnnouncementLevel
    language: str
    """The language of title and text. It differs from the caller's if the announcement has no text in that language."""
    title: str
    text: str
    from_: Timestamp = field(name="from")
    to: Timestamp | None = None
    dismissed: bool
    """Whether the caller has dismissed it."""


class ShownAnnouncementsJson(Json, frozen=True, kw_only=True):
    """The announcements that are current for the caller."""

    items: tuple[ShownAnnouncementJson, ...]


_text_json: Final = projection(AnnouncementText, AnnouncementTextJson)
announcement_json: Final = projection(Announcement, AnnouncementJson, texts=_text_json, from_="starts_at", to="ends_at")
"""Show an announcement to an admin."""


_shown: Final = members(
    AnnouncementView,
    ShownAnnouncementJson,
    given=("language", "title", "text"),
    within="announcement",
    from_="announcement.starts_at",
    to="announcement.ends_at",
)


def _shown_json(shown: AnnouncementView, language: str) -> ShownAnnouncementJson:
    return ShownAnnouncementJson(**_shown(shown), **_text_json.members(shown.announcement.text_in(language)))


# Examples for the API's documentation.
_ENGLISH: Final = {
    "language": "en",
    "title": "Maintenance on Sunday",
    "text": "From 02:00 to 04:00 nothing can be booked.",
}
_MONGOLIAN: Final = {
    "language": "mn",
    "title": "Ням гарагт засвар хийнэ",
    "text": "02:00-оос 04:00 хүртэл цаг захиалах боломжгүй.",
}
_TIMES: Final = {"from": "2026-11-27T00:00:00Z", "to": "2026-11-28T20:00:00Z"}
MAKE: Final[dict[str, Any]] = {
    "texts": [_ENGLISH, _MONGOLIAN],
    "audience": "everyone",
    "level": "warning",
    **_TIMES,
}
EDIT: Final[dict[str, Any]] = {"level": "critical"}


@get("/announcements", opt=OPTIONAL | documented(use_cases.read_announcements))
async def read_announcements(
    request: Request[Any, Any, Any],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> ShownAnnouncementsJson:
    """List the announcements that are current for your role, the most recently started first.

    They are in the language of your account. Without a token, the answer has the announcements for everyone, in the
    language of `Accept-Language`. Follow the channel `system` of `GET /events` to learn of changes.
    """
    found = await use_cases.read_announcements(actor, reads.announcements, now=clock.now())
    language = language_for(request)
    return ShownAnnouncementsJson(items=tuple(_shown_json(each, language) for each in found))


@put(
    "/announcements/{announcement_id:str}/dismissal",
    status_code=204,
    opt=documented(use_cases.dismiss_announcement),
)
async def dismiss_announcement(announcement_id: FromPath[AnnouncementId], run: Injected[Run]) -> None:
    """Mark an announcement as `dismissed` on all your devices, until an admin changes its text or level."""
    await run(use_cases.dismiss_announcement, announcement_id)


@delete("/announcements/{announcement_id:str}/dismissal", opt=documented(use_cases.undo_dismissal))
async def undo_dismissal(announcement_id: FromPath[AnnouncementId], run: Injected[Run]) -> None:
    """Show a dismissed announcement again. Has no effect if it is not dismissed."""
    await run(use_cases.undo_dismissal, announcement_id)


@get("/admin/announcements", opt=documented(use_cases.list_announcements))
async def list_announcements(
    params: Injected[AnnouncementsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> AnnouncementPageJson:
    """List all announcements, newest first, including those that have not started or have ended; for admins."""
    found = await use_cases.list_announcements(actor, _chosen(params), reads.announcements)
    return AnnouncementPageJson.of(found, params.limit, announcement_json, lambda each: each.id)


@post("/admin/announcements", opt=documented(use_cases.make_announcement, body=MAKE))
async def make_announcement(data: JSONBody[MakeAnnouncementBody], run: Injected[Run]) -> Response[AnnouncementJson]:
    """Publish an announcement to everyone, or to all users of a role, for a period; for admins.

    Clients that follow the channel `system` are notified within a minute of its start.
    """
    return await run(use_cases.make_announcement, _make(data), answer=announcement_json)


@get("/admin/announcements/{announcement_id:str}", opt=documented(use_cases.get_announcement))
async def get_announcement(
    announcement_id: FromPath[AnnouncementId], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[AnnouncementJson]:
    """Return an announcement; for admins."""
    found = await use_cases.get_announcement(actor, announcement_id, reads.announcements)
    return Response(announcement_json(found), headers=etag(found.version))


@patch(
    "/admin/announcements/{announcement_id:str}",
    opt=documented(use_cases.edit_announcement, body=EDIT),
)
async def edit_announcement(
    announcement_id: FromPath[AnnouncementId],
    data: JSONBody[EditAnnouncementBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[AnnouncementJson]:
    """Change an announcement; for admins. If its text or level changes, users who dismissed it see it again."""
    return await run(
        use_cases.edit_announcement,
        EditAnnouncement(announcement_id=announcement_id, expected_version=expected_version(if_match), **_edit(data)),
        answer=announcement_json,
    )


@delete("/admin/announcements/{announcement_id:str}", opt=documented(use_cases.delete_announcement))
async def delete_announcement(announcement_id: FromPath[AnnouncementId], run: Injected[Run]) -> None:
    """Delete an announcement; for admins. Clients that show it are notified."""
    await run(use_cases.delete_announcement, announcement_id)


routes: Final = Router(
    "/",
    route_handlers=[
        read_announcements,
        dismiss_announcement,
        undo_dismissal,
        list_announcements,
        make_announcement,
        get_announcement,
        edit_announcement,
        delete_announcement,
    ],
    opt=about("announcements", "What the platform tells everyone, or all people of a role."),
)
