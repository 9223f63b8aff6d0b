"""The pages to change an e-mail address or a number, and to confirm the present one."""

from typing import Final

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import InvalidCode
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.account.proof import proof_fields
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

CONTACT: Final = "contact"
CODE: Final = "code"
CHANNELS: Final = tuple(each.value for each in ContactChannel)
_NEW: Final = {
    ContactChannel.EMAIL: Phrase("New e-mail address"),
    ContactChannel.PHONE: Phrase("New phone number"),
}


def contact_page(
    user: User, channel: ContactChannel, page: Page, *, csrf: str, typed: str = "", sent: bool = False
) -> FormPage:
    """Another contact: first which one, then the code that was sent to it."""
    say, email = page.say, channel is ContactChannel.EMAIL
    new = Field(
        name=CONTACT,
        label=say(_NEW[channel]),
        value=typed,
        type="email" if email else "tel",
        autocomplete="email" if email else "tel",
        required=True,
    )
    fields = (hidden("csrf", csrf), hidden(CONTACT, typed), _code(typed, page))
    return FormPage(
        title=say(_NEW[channel]),
        lead=say(Phrase("We send a code to it. Then it takes the place of the present one."))
        if contact_of(user, channel)
        else say(Phrase("We send a code to it.")),
        action=page.link(f"/account/contact/{channel.value}"),
        fields=fields if sent else (new, *proof_fields(user, page, csrf)),
        button=say(Phrase("Save")) if sent else say(Phrase("Send me a code")),
        links=((say(Phrase("Back to my account")), page.link("/account")),),
    )


def confirm_page(user: User, channel: ContactChannel, page: Page, *, csrf: str, sent: bool = False) -> FormPage:
    """Confirm the present contact with a code."""
    say, contact = page.say, contact_of(user, channel)
    return FormPage(
        title=say(Phrase("Is this yours?")),
        lead=contact,
        action=page.link(f"/account/contact/{channel.value}/confirm"),
        fields=(hidden("csrf", csrf), *((_code(contact, page),) if sent else ())),
        button=say(Phrase("Confirm")) if sent else say(Phrase("Send me a code")),
        links=((say(Phrase("Back to my account")), page.link("/account")),),
    )


def contact_of(user: User, channel: ContactChannel) -> str:
    """The present contact; empty without one."""
    return (user.email if channel is ContactChannel.EMAIL else user.phone) or ""


def as_input(contact: str, channel: ContactChannel) -> ContactInput:
    """What was typed, as a contact of its kind."""
    return ContactInput(email=contact) if channel is ContactChannel.EMAIL else ContactInput(phone=contact)


def field_of(error: DomainError) -> str:
    """The field that an error is about; empty: the one that it names."""
    if isinstance(error, InvalidCode):
        return CODE
    return CONTACT if next(iter(error.field_path), error.parameters.get("field", "")) in {*CHANNELS, CONTACT} else ""


def _code(contact: str, page: Page) -> Field:
    hint = page.say(Phrase("Six digits. They were sent to {contact}."), contact=contact)
    label = page.say(Phrase("Code"))
    return Field(name=CODE, label=label, autocomplete="one-time-code", required=True, hint=hint)
