"""The pages that the links in messages open. A link has its token after `#`, which browsers send to no server."""

from typing import Final

from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.errors.errors import ErrorPage
from entrypoints.web.kit.forms import FormPage
from entrypoints.web.kit.pages import Page

LINK: Final = "link"
_OPENS: Final = "link"
"""The script that takes the token from the address, and sends the form."""
_FILLS: Final = "link-to-confirm"
"""The one that leaves it to the person to send the form."""


def open_page(page: Page, *, typed: str = "") -> FormPage:
    """The page of a link to a booking. With scripts it sends itself, which only shows the booking."""
    say = page.say
    return FormPage(
        title=say(Phrase("Your booking")),
        lead=say(Phrase("Press the button to see it. Nothing changes before you say so.")),
        module=_OPENS,
        action=page.link("/links"),
        fields=(_link(page, typed),),
        button=say(Phrase("Open")),
    )


def invitation_page(page: Page, *, typed: str = "") -> FormPage:
    """The page of a link to an invitation of a salon. With scripts it sends itself, which only shows the salon."""
    say = page.say
    return FormPage(
        title=say(Phrase("An invitation of a salon")),
        lead=say(Phrase("Press the button to see it. Nothing changes before you say so.")),
        module=_OPENS,
        action=page.link("/join"),
        fields=(_link(page, typed),),
        button=say(Phrase("Open")),
        links=((say(Phrase("See my invitations")), page.link("/join/salons")),),
    )


def not_me_page(page: Page, *, typed: str = "") -> FormPage:
    """The page of a link that reports a change that somebody else has made."""
    say = page.say
    return FormPage(
        title=say(Phrase("Was that not you?")),
        facts=(
            say(Phrase("If somebody else changed your account, we put it right as far as we can.")),
            say(Phrase("All devices are signed out, and the password is removed: you set a new one.")),
        ),
        module=_FILLS,
        action=page.link("/links/not-me"),
        fields=(_link(page, typed),),
        button=say(Phrase("That was not me")),
        links=((say(Phrase("That was me")), page.link("/")),),
    )


def unsubscribe_page(page: Page, *, typed: str = "") -> FormPage:
    """The page of a link that ends one kind of e-mails."""
    say = page.say
    return FormPage(
        title=say(Phrase("No more of these e-mails?")),
        facts=(say(Phrase("This ends e-mails of one kind only: about bookings, or reminders.")),),
        module=_FILLS,
        action=page.link("/unsubscribe"),
        fields=(_link(page, typed),),
        button=say(Phrase("Unsubscribe")),
        links=((say(Phrase("Keep them")), page.link("/")),),
    )


def unsubscribed_page(page: Page, *, kept: bool) -> FormPage | ErrorPage:
    """What follows it; with the link, which the browser has kept, it can be taken back."""
    say = page.say
    title, text = (
        say(Phrase("You get no more of these e-mails")),
        say(Phrase("Codes and what concerns your security still come.")),
    )
    if not kept:
        return ErrorPage(title=title, code="", text=text, robots="noindex")
    return FormPage(
        title=title,
        facts=(text, say(Phrase("Was it a mistake?"))),
        action=page.link("/unsubscribe/undo"),
        button=say(Phrase("Send them again")),
        links=((say(Phrase("Find a place")), page.link("/")),),
    )


def subscribed_page(page: Page) -> ErrorPage:
    """What follows taking it back."""
    say = page.say
    text = say(Phrase("You can choose what we send you in your account."))
    return ErrorPage(title=say(Phrase("You get these e-mails again")), code="", text=text, robots="noindex")


def token_of(typed: str) -> str:
    """The token of a link that was pasted whole, or of what follows its `#`."""
    return typed.rpartition("#")[2]


def _link(page: Page, typed: str) -> Field:
    return Field(
        name=LINK,
        label=page.say(Phrase("The link from your message")),
        hint=page.say(Phrase("If the field is empty, copy the link from the message into it.")),
        value=typed,
        required=True,
    )
