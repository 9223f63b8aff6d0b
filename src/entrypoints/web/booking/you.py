"""Who books: a name, a phone, the code that was sent to it, and what the platform asks to be accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.identity.legal import LegalDocuments
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.appointment import CODE, PHONE, AppointmentPage, appointment_page
from entrypoints.web.booking.flow import YOU, Choice, address
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields
from entrypoints.web.kit.legal import ACCEPTED, checks_of, current_documents, links_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.sign_in import OTHER_CODE, second_factor_field, services_to

NAME: Final = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a visitor has typed about themselves."""

    name: str = ""
    phone: str = ""
    accepted: Sequence[str] = ()
    code_sent: bool = False
    second_factor: bool = False
    """Whether the code of a second factor is asked for, too."""

    def fields(self) -> dict[str, str | Sequence[str]]:
        """The same as the fields of a form."""
        return {NAME: self.name, PHONE: self.phone, ACCEPTED: self.accepted}


def you_page(
    choice: Choice, facts: ProviderPage, start: datetime, typed: Typed, page: Page, *, documents: LegalDocuments
) -> AppointmentPage:
    """The page."""
    before = address(YOU, replace(choice, slot=start), facts, page)
    here = before.removeprefix(f"/{page.language}")
    shown = appointment_page(
        YOU,
        choice,
        facts,
        start,
        page,
        title=Phrase("Almost done"),
        fields=fields_of(typed, documents, page),
        button=Phrase("Continue") if typed.code_sent else Phrase("Send me a code"),
        links=((page.say(OTHER_CODE), before),)
        if typed.code_sent
        else links_of(current_documents(documents), documents, page),
    )
    if typed.code_sent:
        return shown
    return replace(shown, ways=services_to(here, page), sign_in=page.link("/sign-in", next=here))


def fields_of(typed: Typed, documents: LegalDocuments, page: Page) -> Fields:
    """What a visitor is asked for."""
    say = page.say
    code = Field(
        name=CODE,
        label=say(Phrase("Code")),
        autocomplete="one-time-code",
        required=True,
        hint=say(Phrase("Six digits, in a text message.")),
    )
    return (
        Field(name=NAME, label=say(Phrase("Your name")), value=typed.name, autocomplete="name", required=True),
        Field(
            name=PHONE,
            label=say(Phrase("Phone")),
            value=typed.phone,
            type="tel",
            autocomplete="tel",
            required=True,
            hint=say(Phrase("We send a code to this number. You need no password.")),
        ),
        *checks_of(current_documents(documents), documents, page, typed.accepted),
        *([code] if typed.code_sent else []),
        *([second_factor_field(page)] if typed.second_factor else []),
    )
