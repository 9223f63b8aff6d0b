"""The page to open a dispute: what is wrong, what is wished, what happened, with pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import DISPUTABLE_FOR
from booking_domain.bookings.transitions import Party, Status
from booking_domain.files.model import Folder
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.uploads import Stored, picture_fields

REASON: Final = "reason"
WISH: Final = "wish"
TEXT: Final = "text"
_OTHER: Final = "other"
_REASONS: Final[Mapping[Party, Mapping[str, Phrase]]] = {
    Party.CUSTOMER: {
        "absent": Phrase("Nobody was there for me."),
        "work": Phrase("The work is not what we agreed on."),
        "money": Phrase("I paid too much, or money does not come back."),
        "missed": Phrase("I was marked as missed, but I was there."),
        _OTHER: Phrase("It is something else."),
    },
    Party.PROVIDER: {
        "absent": Phrase("The customer did not come."),
        "money": Phrase("The customer has not paid what we agreed on."),
        "done": Phrase("The appointment took place, but the booking says otherwise."),
        _OTHER: Phrase("It is something else."),
    },
}
_ONLY_AFTER: Final = {"missed": Status.NO_SHOW}
"""Reasons that only bookings of one status have."""
_WISHES: Final[Mapping[Party, Mapping[str, Phrase]]] = {
    Party.CUSTOMER: {
        "all": Phrase("I want all my money back."),
        "part": Phrase("I want a part of my money back."),
        "right": Phrase("I want the booking to say what happened."),
        "decide": Phrase("I want you to decide."),
    },
    Party.PROVIDER: {
        "keep": Phrase("I want to keep what was paid."),
        "right": Phrase("I want the booking to say what happened."),
        "decide": Phrase("I want you to decide."),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What was typed."""

    reason: str = ""
    wish: str = ""
    text: str = ""

    @classmethod
    def of(cls, form: Form) -> "Complaint":
        """The complaint of a form."""
        return cls(reason=said(form, REASON), wish=said(form, WISH), text=said(form, TEXT))

    def missing(self, acting: Acting) -> InvalidValue | None:
        """What is not chosen."""
        for field, value, known in ((REASON, self.reason, _reasons(acting)), (WISH, self.wish, _wishes(acting))):
            if value not in known:
                return InvalidValue(field=field, problem="choose one")
        return None

    def in_words(self, acting: Acting, page: Page) -> str:
        """The reason and the wish, as the other party and the platform read them."""
        return f"{page.say(_reasons(acting)[self.reason])} {page.say(_wishes(acting)[self.wish])}"


def _reasons(acting: Acting) -> Mapping[str, Phrase]:
    """The reasons that a booking of this status can have."""
    status = acting.booking.status
    found = _REASONS[acting.seen.party].items()
    return {name: phrase for name, phrase in found if _ONLY_AFTER.get(name, status) is status}


def _wishes(acting: Acting) -> Mapping[str, Phrase]:
    return _WISHES[acting.seen.party]


def takes_sides(acting: Acting) -> bool:
    """Whether who acts is a party that disputes."""
    return acting.seen.party in _REASONS


def dispute_until(acting: Acting, page: Page) -> str:
    """Until when a dispute can be opened."""
    booking = acting.booking
    return page.say.values.time(LocalTime(booking.span.end + DISPUTABLE_FOR, booking.time_zone))


def opening_page(acting: Acting, page: Page, complaint: Complaint, kept: Stored) -> FormPage:
    """The page."""
    say = page.say

    def options(found: Mapping[str, Phrase]) -> tuple[tuple[str, str, str], ...]:
        return tuple((name, say(phrase), "") for name, phrase in found.items())

    return FormPage(
        title=say(Phrase("What went wrong?")),
        lead=booking_line(acting, page),
        facts=(
            say(Phrase("Both sides are heard, then we decide. No money is paid out until then.")),
            say(Phrase("You can do this until {until}."), until=dispute_until(acting, page)),
        ),
        action=page.link(f"{acting.path}/dispute/new"),
        fields=(
            hidden("csrf", acting.csrf),
            Choices(
                name=REASON,
                legend=say(Phrase("What is it about?")),
                options=options(_reasons(acting)),
                value=complaint.reason,
            ),
            Choices(
                name=WISH,
                legend=say(Phrase("What would put it right?")),
                options=options(_wishes(acting)),
                value=complaint.wish,
            ),
            Field(
                name=TEXT,
                label=say(Phrase("What happened?")),
                hint=say(Phrase("The other side can read it, and see the pictures.")),
                value=complaint.text,
                multiline=True,
                required=True,
            ),
            *picture_fields(Folder.EVIDENCE, page, kept),
        ),
        button=say(Phrase("Open the dispute")),
        links=((say(Phrase("Not now")), page.link(acting.path)),),
    )
