"""The screens of the bot: each is a function from the tapped button to a message for the person."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from booking_domain.identity.legal import LegalDocuments
from booking_domain.identity.model import User
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.languages import LANGUAGES
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.telegram.codes import joined

NAMES: Final = {"en": "English", "mn": "Монгол", "fa": "فارسی"}
"""The name of each language in that language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of the platform that screens use."""

    executor: Executor[Any]
    reads: Reads
    clock: Clock
    gateways: Gateways
    documents: LegalDocuments


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The account that a chat is linked to."""

    user: User
    say: Wording

    @property
    def actor(self) -> Actor:
        """The actor of the person's use cases."""
        return self.user.actor


Screen = Callable[[Person, Sequence[str], Parts], Awaitable[ChatMessage]]
"""Takes the words of the button after the first; raises `ValueError` if they are malformed."""


def menu(say: Wording, text: str) -> ChatMessage:
    """A text, with the buttons of the menu below it."""
    return ChatMessage(
        text=text,
        rows=(
            (Button(text=say(Phrase("My bookings")), data="u"),),
            (Button(text=say(Phrase("New booking")), data="n"), Button(text=say(Phrase("Today")), data="y")),
            (Button(text=say(Phrase("Offers")), data="w"), Button(text=say(Phrase("Language")), data="l")),
        ),
    )


def help_text(say: Wording) -> str:
    """The list of commands."""
    commands = (
        ("/bookings", say(Phrase("your bookings"))),
        ("/book", say(Phrase("a new booking"))),
        ("/offers", say(Phrase("times of the waiting list that are held for you"))),
        ("/today", say(Phrase("the bookings of today"))),
        ("/language", say(Phrase("the language of the messages"))),
        ("/help", say(Phrase("what the bot understands"))),
    )
    return "\n".join(f"{command} – {what}" for command, what in commands)


async def languages(person: Person, _: Sequence[str], __: Parts) -> ChatMessage:
    """Choose a language."""
    buttons = (Button(text=NAMES[language], data=joined("l", language)) for language in LANGUAGES)
    return ChatMessage(text=person.say(Phrase("Choose a language.")), rows=tuple((button,) for button in buttons))


async def helping(person: Person, _: Sequence[str], __: Parts) -> ChatMessage:
    """Show the menu."""
    return menu(person.say, help_text(person.say))


def home(person: Person) -> tuple[Button, ...]:
    """The row that leads back to the menu."""
    return (Button(text=person.say(Phrase("Menu")), data="h"),)
