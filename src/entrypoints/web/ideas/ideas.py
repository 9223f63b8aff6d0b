"""The ideas on a booking, and a form for another one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from booking_domain.bookings.ideas import IdeaSide
from booking_domain.bookings.transitions import TO_COME
from booking_domain.files.model import Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.bookings.ideas import IdeaView
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.idea import IDEA
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, hidden, with_error
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, private_picture_of
from entrypoints.web.kit.uploads import Stored, picture_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIdea:
    """What one side has written."""

    by: str
    at: str
    text: str
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]
    remove: str
    """Where it is removed; empty: it is somebody else's."""


@dataclass(frozen=True, kw_only=True)
class IdeasPage(PageModel):
    """The ideas on a booking."""

    template: ClassVar = "ideas/ideas.html"
    robots: str = "noindex"
    lead: str
    ideas: tuple[ShownIdea, ...]
    action: str
    """Where another one is sent; empty: the appointment is over."""
    fields: Fields
    csrf: str
    error: str = ""
    back: str

    def failed(self, error: DomainError, page: Page, *, field: str) -> "IdeasPage":
        """The page with an error, beside its field if it is about one."""
        text = page.say.error(error)
        fields = with_error(self.fields, field, text)
        return replace(self, fields=fields, error="" if fields != tuple(self.fields) else text)


def ideas_page(
    acting: Acting, ideas: Sequence[IdeaView], page: Page, links: ObjectLinks, *, text: str = "", kept: Stored
) -> IdeasPage:
    """The page, with what was typed."""
    say, booking = page.say, acting.booking
    path = page.link(f"{acting.path}/ideas")
    return IdeasPage(
        title=say(Phrase("Ideas")),
        lead=say(Phrase("Only the two sides of the booking see them.")),
        ideas=tuple(_shown(each, acting, page, links) for each in ideas),
        action=path if booking.status in TO_COME else "",
        fields=(
            hidden("csrf", acting.csrf),
            Field(
                name=IDEA,
                label=say(Phrase("What you wish, how large, where")),
                value=text,
                multiline=True,
                required=True,
            ),
            *picture_fields(Folder.IDEAS, page, kept),
        ),
        csrf=acting.csrf,
        back=page.link(acting.path),
    )


def _shown(view: IdeaView, acting: Acting, page: Page, links: ObjectLinks) -> ShownIdea:
    idea, say = view.idea, page.say
    own = idea.author_id == acting.actor.id
    by = acting.seen.appointment.provider_name if idea.side is IdeaSide.PROVIDER else say(Phrase("Customer"))
    return ShownIdea(
        by=say(Phrase("You")) if own else by,
        at=say.values.time(LocalTime(idea.created_at, acting.booking.time_zone)),
        text=idea.content.description,
        facts=tuple(_facts(view, page)),
        pictures=tuple(
            private_picture_of(each.as_image, links, alt=say(Phrase("Picture of the idea"))) for each in view.images
        ),
        remove=page.link(f"{acting.path}/ideas/{idea.id}/remove") if own else "",
    )


def _facts(view: IdeaView, page: Page) -> Iterator[tuple[str, str]]:
    say, content = page.say, view.idea.content
    for label, value in (
        (Phrase("Size"), content.size),
        (Phrase("Where on the body"), content.placement),
        (Phrase("Colours"), content.colours),
    ):
        if value:
            yield say(label), value
    if view.idea.estimate is not None:
        yield say(Phrase("Estimate")), page.formats.money(view.idea.estimate)
