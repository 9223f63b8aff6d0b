"""The pages to sign in: with a code, with a password, and the name of who is new."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import ContactMissing, InvalidCode, InvalidSecondFactor, SecondFactorNeeded
from booking_domain.identity.legal import AcceptanceRequired, LegalDocuments
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.forms import FormPage, Way, hidden, hidden_username
from entrypoints.web.kit.legal import ACCEPTED, checks_of, current_documents, links_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.services import service_ways
from entrypoints.web.session.telegram import telegram_way

OTHER_CODE: Final = Phrase("Use another number, or get another code")
CONTACT: Final = "contact"
CODE: Final = "code"
PASSWORD: Final = "password"  # noqa: S105 - the name of a field
SECOND_FACTOR: Final = "second_factor"
NAME: Final = "name"
NEXT: Final = "next"
BY_CODE: Final = "/sign-in"
BY_PASSWORD: Final = "/sign-in/password"  # noqa: S105 - an address
NEW_PASSWORD: Final = "/sign-in/new-password"  # noqa: S105 - an address
BY_PASSKEY: Final = "/sign-in/passkey"
WELCOME: Final = "/sign-in/name"
INVITATIONS: Final = "/join/salons"
FACTORS: Final = (SecondFactorNeeded, InvalidSecondFactor)
"""Errors after which a page asks for the code of a second factor."""
_FIELDS: Final = {AcceptanceRequired: ACCEPTED, ContactMissing: CONTACT, InvalidCode: CODE}
_SAME: Final = {"email": CONTACT, "phone": CONTACT, "new_password": PASSWORD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, without passwords and codes."""

    contact: str = ""
    next: str = ""
    """The address to go on to, without its language."""
    second_factor: bool = False
    """Whether the code of a second factor is asked for, too."""

    def input(self) -> ContactInput:
        """The contact as an e-mail address or a number."""
        if not self.contact:
            return ContactInput()
        return ContactInput(email=self.contact) if "@" in self.contact else ContactInput(phone=self.contact)


def role_of(onward: str) -> Role:
    """Of who is new, by where they go on to: members of salons are providers."""
    return Role.PROVIDER if onward == INVITATIONS else Role.CUSTOMER


def address_to(onward: str) -> str:
    """The address of signing in, without its language; then one goes on to another."""
    return f"{BY_CODE}?{urlencode({NEXT: onward})}"


def code_page(typed: Typed, page: Page, *, sent: bool = False) -> FormPage:
    """Sign in with a code: first whom it is sent to, then the code."""
    say = page.say
    code = Field(
        name=CODE,
        label=say(Phrase("Code")),
        autocomplete="one-time-code",
        required=True,
        hint=say(Phrase("Six digits. They were sent to {contact}."), contact=typed.contact),
    )
    asked = (
        (hidden(CONTACT, typed.contact), code, *([second_factor_field(page)] if typed.second_factor else []))
        if sent
        else (_contact(typed, page),)
    )
    return FormPage(
        title=say(Phrase("Sign in")),
        lead=say(Phrase("If you are new, you get the account of a provider.")) if typed.next == INVITATIONS else "",
        tabs=_tabs(BY_CODE, typed, page),
        action=page.link(BY_CODE),
        fields=(hidden(NEXT, typed.next), *asked),
        button=say(Phrase("Sign in")) if sent else say(Phrase("Send me a code")),
        ways=() if sent else _ways(typed, page),
        links=((say(OTHER_CODE), page.link(BY_CODE, next=typed.next)),) if sent else (),
    )


def password_page(typed: Typed, page: Page) -> FormPage:
    """Sign in with a password."""
    say = page.say
    password = Field(
        name=PASSWORD,
        label=say(Phrase("Password")),
        type="password",
        autocomplete="current-password",
        required=True,
    )
    return FormPage(
        title=say(Phrase("Sign in")),
        tabs=_tabs(BY_PASSWORD, typed, page),
        action=page.link(BY_PASSWORD),
        fields=(
            hidden(NEXT, typed.next),
            _contact(typed, page),
            password,
            *([second_factor_field(page)] if typed.second_factor else []),
        ),
        button=say(Phrase("Sign in")),
        ways=_ways(typed, page),
        links=((say(Phrase("Forgotten your password?")), page.link(NEW_PASSWORD, next=typed.next)),),
    )


def new_password_page(typed: Typed, page: Page, *, sent: bool = False) -> FormPage:
    """Set another password with a code."""
    say = page.say
    fields = [hidden(NEXT, typed.next)]
    if sent:
        fields += [
            hidden_username(CONTACT, typed.contact),
            Field(
                name=CODE,
                label=say(Phrase("Code")),
                autocomplete="one-time-code",
                required=True,
                hint=say(Phrase("If {contact} has an account, the code is on its way."), contact=typed.contact),
            ),
            Field(
                name=PASSWORD,
                label=say(Phrase("New password")),
                type="password",
                autocomplete="new-password",
                required=True,
            ),
        ]
    else:
        fields.append(_contact(typed, page))
    return FormPage(
        title=say(Phrase("A new password")),
        lead=say(Phrase("It ends all sessions of your account.")) if sent else "",
        action=page.link(NEW_PASSWORD),
        fields=tuple(fields),
        button=say(Phrase("Save the password")) if sent else say(Phrase("Send me a code")),
        links=((say(Phrase("Back to signing in")), page.link(BY_PASSWORD, next=typed.next)),),
    )


def welcome_page(
    typed: Typed, page: Page, documents: LegalDocuments, *, csrf: str, name: str = "", accepted: Collection[str] = ()
) -> FormPage:
    """The name of somebody who is new, and what the platform asks them to accept."""
    say = page.say
    current = current_documents(documents)
    return FormPage(
        title=say(Phrase("Welcome")),
        lead=say(Phrase("Tell us your name, and you can accept the invitation as a provider."))
        if typed.next == INVITATIONS
        else say(Phrase("Tell us your name, and your account is ready.")),
        action=page.link(WELCOME),
        fields=(
            hidden("csrf", csrf),
            hidden(NEXT, typed.next),
            Field(name=NAME, label=say(Phrase("Your name")), value=name, autocomplete="name", required=True),
            *checks_of(current, documents, page, accepted),
        ),
        button=say(Phrase("Continue")),
        links=links_of(current, documents, page),
    )


def failed(form: FormPage, error: DomainError, page: Page) -> FormPage:
    """The page with what was wrong."""
    named = str(next(iter(error.field_path), ""))
    return form.failed(error, page, field=_FIELDS.get(type(error), _SAME.get(named, named)))


def _contact(typed: Typed, page: Page) -> Field:
    return Field(
        name=CONTACT,
        label=page.say(Phrase("Phone or e-mail")),
        value=typed.contact,
        autocomplete="username",
        required=True,
    )


def second_factor_field(page: Page) -> Field:
    """Where the code of a second factor is typed."""
    label = page.say(Phrase("Code of your authenticator app"))
    return Field(name=SECOND_FACTOR, label=label, autocomplete="one-time-code", required=True)


def services_to(path: str, page: Page) -> tuple[Way, ...]:
    """The services with which one signs in, and goes on to `path`, an address without its language."""
    return (*service_ways(path, page), *telegram_way(path, page))


def _ways(typed: Typed, page: Page) -> tuple[Way, ...]:
    """The ways that need neither a contact nor a password."""
    by_passkey = page.say(Phrase("Sign in with a passkey"))
    passkey = Way(text=by_passkey, action=page.link(BY_PASSKEY), fields=(hidden(NEXT, typed.next),))
    return (*services_to(typed.next, page), passkey)


def _tabs(current: str, typed: Typed, page: Page) -> Tabs:
    ways = ((Phrase("With a code"), BY_CODE), (Phrase("With a password"), BY_PASSWORD))
    return Tabs(
        label=page.say(Phrase("Ways to sign in")),
        items=tuple((page.say(name), page.link(path, next=typed.next)) for name, path in ways),
        current=page.link(current, next=typed.next),
    )
