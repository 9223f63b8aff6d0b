"""Signing in with Telegram: the link to the bot, and the page that its button opens with what Telegram has signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from litestar.datastructures import Cookie

from booking_domain.identity.external_identities import WidgetLogin
from booking_domain.identity.legal import LegalDocuments
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.telegram.bot import SIGN_IN_WORD
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, Way, hidden
from entrypoints.web.kit.legal import checks_of, current_documents, links_of
from entrypoints.web.kit.pages import Page, PageModel

BY_TELEGRAM: Final = "/sign-in/telegram"
NEXT_COOKIE: Final = "__Host-sign-in-next"
SECOND_FACTOR: Final = "second_factor"
TELEGRAM: Final = Phrase("Telegram")
_NEXT: Final = "next"
_SIGNED: Final = "telegram."
"""Before the names of the fields that Telegram has signed."""
_MOST_FIELDS: Final = 32
_LIFE: Final = 600
"""Seconds that the browser keeps where the person goes on to."""


@dataclass(frozen=True, kw_only=True)
class BotPage(PageModel):
    """What is done in the chat with the bot, and the link that opens it."""

    template: ClassVar = "session/bot.html"
    robots: str = "noindex"
    steps: tuple[str, ...]
    link: str
    back: tuple[str, str]
    """The text and the address of the way back."""


def bot_page(page: Page, *, code: str = "") -> BotPage:
    """The page; with a code the chat is linked to an account, without one the person signs in."""
    say = page.say
    back = (
        (Phrase("Back"), page.link("/account/services"))
        if code
        else (Phrase("Back to signing in"), page.link("/sign-in"))
    )
    return BotPage(
        title=say(Phrase("Link {service}?"), service=say(TELEGRAM)) if code else say(Phrase("Sign in with Telegram")),
        steps=(
            say(Phrase("Open our bot in Telegram.")),
            say(Phrase("Press Start there.")),
            say(Phrase("The bot says that your account is linked."))
            if code
            else say(Phrase("Press the button that the bot sends you.")),
        ),
        link=f"https://t.me/{page.site.bot}?start={code or SIGN_IN_WORD}",
        back=(say(back[0]), back[1]),
    )


def telegram_way(path: str, page: Page) -> tuple[Way, ...]:
    """The button, if the platform has a bot."""
    if not page.site.bot:
        return ()
    text = page.say(Phrase("Continue with {service}"), service=page.say(TELEGRAM))
    return (Way(text=text, action=page.link(BY_TELEGRAM), fields=(hidden(_NEXT, path),)),)


def next_cookie(path: str) -> Cookie:
    """Where the person goes on to: Telegram brings nothing back but what it has signed. An empty one is removed."""
    age = _LIFE if path else 0
    return Cookie(key=NEXT_COOKIE, value=path, max_age=age, secure=True, httponly=True, samesite="lax")


def signed_in(form: Form) -> WidgetLogin:
    """What Telegram has signed, of the fields of a form."""
    return WidgetLogin(
        {name.removeprefix(_SIGNED): values[0] for name, values in form.items() if name.startswith(_SIGNED) and values}
    )


def telegram_page(
    signed: Mapping[str, str], page: Page, *, asks_factor: bool = False, documents: LegalDocuments | None = None
) -> FormPage:
    """Who is back from Telegram says that it is them: a link that somebody else has sent signs nobody in by itself.

    With `documents` they accept those, too.
    """
    say = page.say
    name = " ".join(filter(None, (signed.get("first_name", ""), signed.get("last_name", "")))) or "Telegram"
    current = current_documents(documents) if documents else ()
    factor = Field(
        name=SECOND_FACTOR,
        label=say(Phrase("Code of your authenticator app")),
        autocomplete="one-time-code",
        required=True,
    )
    return FormPage(
        title=say(Phrase("Sign in as {name}?"), name=name),
        lead=say(Phrase("Telegram knows you by this name.")),
        action=page.link(f"{BY_TELEGRAM}/finish"),
        fields=(
            *(hidden(f"{_SIGNED}{field}", value) for field, value in list(signed.items())[:_MOST_FIELDS]),
            *(checks_of(current, documents, page) if documents else ()),
            *((factor,) if asks_factor else ()),
        ),
        button=say(Phrase("Sign in")),
        links=(
            *(links_of(current, documents, page) if documents else ()),
            (say(Phrase("Sign in another way")), page.link("/sign-in")),
        ),
    )
