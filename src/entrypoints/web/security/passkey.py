"""The page on which a device makes a passkey, or signs in by one."""

from dataclasses import dataclass
from typing import ClassVar, Final

from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.forms import Fields, hidden
from entrypoints.web.kit.pages import Page, PageModel

RESPONSE: Final = "response"
OPTIONS: Final = "options"
"""What the device is asked, as JSON, as the browser keeps it."""


@dataclass(frozen=True, kw_only=True)
class PasskeyPage(PageModel):
    """A ceremony of a passkey."""

    template: ClassVar = "security/passkey.html"
    robots: str = "noindex"
    error: str = ""
    text: str
    options: str
    """What the device is asked, as JSON."""
    action: str
    fields: Fields
    button: str
    links: tuple[tuple[str, str], ...]


def new_passkey_page(options: str, name: str, page: Page, *, csrf: str) -> PasskeyPage:
    """Make a passkey."""
    say = page.say
    return PasskeyPage(
        title=say(Phrase("Add a passkey")),
        text=say(Phrase("Your device asks you next.")),
        options=options,
        action=page.link("/account/passkeys"),
        fields=(hidden("csrf", csrf), hidden("name", name), hidden(RESPONSE, "")),
        button=say(Phrase("Use this device")),
        links=((say(Phrase("Not now")), page.link("/account/passkeys")),),
    )


def sign_in_page(options: str, onward: str, page: Page, *, action: str, error: str = "") -> PasskeyPage:
    """Sign in by a passkey."""
    say = page.say
    return PasskeyPage(
        title=say(Phrase("Sign in with a passkey")),
        error=error,
        text=say(Phrase("Your device asks you next.")),
        options=options,
        action=page.link(action),
        fields=(hidden("next", onward), hidden(RESPONSE, "")),
        button=say(Phrase("Use my passkey")),
        links=((say(Phrase("Back to signing in")), page.link("/sign-in", next=onward)),),
    )
