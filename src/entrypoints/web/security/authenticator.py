"""The page of the authenticator app: set it up, its recovery codes, remove it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from booking_domain.identity.model import User
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.identity.own_account import NewFactor
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.account.proof import proof_fields, unproven
from entrypoints.web.components.button import Button
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, FormPage, hidden, with_error
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.qr import qr_path

PATH: Final = "/account/authenticator"
CODE: Final = "code"
SECRET: Final = "secret"  # noqa: S105 - the name of a field
WISH: Final = "wish"
REMOVE: Final = "remove"
RENEW: Final = "renew"
_SECRET: Final = re.compile(r"[A-Z2-7]{16,64}=*")
_LEFT: Final = Plural("{count} recovery code is left.", "{count} recovery codes are left.")


@dataclass(frozen=True, kw_only=True)
class AuthenticatorPage(PageModel):
    """The authenticator app at one of its steps."""

    template: ClassVar = "security/authenticator.html"
    robots: str = "noindex"
    error: str = ""
    facts: tuple[str, ...]
    qr: str = ""
    """The dark modules of the QR code of the new secret; empty: none is being set up."""
    size: int = 0
    secret: str = ""
    """The new secret, for typing."""
    uri: str = ""
    """The same as a link that opens the app on this device."""
    codes: tuple[str, ...] = ()
    """New recovery codes."""
    action: str = ""
    fields: Fields = ()
    buttons: tuple[Button, ...] = ()
    links: tuple[tuple[str, str], ...]

    def failed(self, error: DomainError, page: Page) -> "AuthenticatorPage":
        """The page with an error beside its field."""
        text, about = page.say.error(error), str(next(iter(error.field_path), ""))
        fields = with_error(self.fields, about, text)
        return replace(self, fields=fields, error="" if fields != tuple(self.fields) else text)


def authenticator_page(user: User, factor: SecondFactor, page: Page, *, csrf: str) -> AuthenticatorPage | FormPage:
    """Whether there is an app, and what can be done."""
    say = page.say
    back = (say(Phrase("Back to my account")), page.link("/account"))
    if not factor.active:
        return FormPage(
            title=say(Phrase("Authenticator app")),
            facts=(
                say(Phrase("With it, signing in also asks for a code that an app on your phone shows.")),
                say(Phrase("All other devices are signed out.")),
            ),
            action=page.link(f"{PATH}/new"),
            fields=proof_fields(user, page, csrf),
            button=say(Phrase("Set it up")),
            links=(back,),
        )
    return AuthenticatorPage(
        title=say(Phrase("Authenticator app")),
        facts=(
            say(Phrase("Signing in asks for a code of your app.")),
            say.count(_LEFT, len(factor.recovery_codes)),
        ),
        action=page.link(PATH),
        fields=(hidden("csrf", csrf), _code(say(Phrase("Code of the app, or a recovery code")))),
        buttons=(
            Button(text=say(Phrase("New recovery codes")), name=WISH, value=RENEW, kind="plain"),
            Button(text=say(Phrase("Remove the app")), name=WISH, value=REMOVE, kind="plain"),
        ),
        links=(back,),
    )


def new_factor_page(made: NewFactor, page: Page, *, csrf: str) -> AuthenticatorPage:
    """The secret as a QR code, and a first code of the app."""
    say = page.say
    path, size = qr_path(made.uri)
    return AuthenticatorPage(
        title=say(Phrase("Add it to your app")),
        facts=(say(Phrase("Scan the code with the app, or type the key into it. Then type the code that it shows.")),),
        qr=path,
        size=size,
        secret=made.secret,
        uri=made.uri,
        action=page.link(f"{PATH}/confirm"),
        fields=(hidden("csrf", csrf), hidden(SECRET, made.secret), _code(say(Phrase("Code of the app")))),
        buttons=(Button(text=say(Phrase("Confirm"))),),
        links=((say(Phrase("Not now")), page.link("/account")),),
    )


def recovery_page(codes: Sequence[str], page: Page) -> AuthenticatorPage:
    """New recovery codes, which are shown once."""
    say = page.say
    return AuthenticatorPage(
        title=say(Phrase("Keep your recovery codes")),
        facts=(
            say(Phrase("With one of them you sign in if you have lost your app. Each can be used once.")),
            say(Phrase("They are shown only now. Print them, or note them where nobody else looks.")),
        ),
        codes=tuple(codes),
        links=((say(Phrase("I have kept them")), page.link("/account")),),
    )


def refused(shown: AuthenticatorPage | FormPage, error: DomainError, page: Page) -> AuthenticatorPage | FormPage:
    """The page with what was wrong."""
    return (
        shown.failed(error, page) if isinstance(shown, AuthenticatorPage) else unproven(shown, error, page, path=PATH)
    )


def is_secret(text: str) -> bool:
    """Whether a field has a secret of ours."""
    return _SECRET.fullmatch(text) is not None


def _code(label: str) -> Field:
    return Field(name=CODE, label=label, autocomplete="one-time-code", required=True)
