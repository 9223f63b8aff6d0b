"""Answers updates. The screens run use cases and queries, which decide what a person may do."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.legal import AcceptanceRequired
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.telegram_links import LinkCodes
from booking_domain.notifications.chats import Button, ChatMessage, Chats
from booking_domain.notifications.errors import ChatBlocked, ChatUnavailable
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import ConcurrentChange, DomainError, StorageUnavailable
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.user_texts import without_links
from booking_domain.use_cases.identity.accounts import ChooseLanguage, choose_language
from booking_domain.use_cases.identity.external_identities import LinkByCode, link_by_code
from booking_domain.use_cases.identity.mark_undeliverable import MarkChat, mark_chat
from booking_domain.use_cases.messages.send_messages import chat_of
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.telegram import bookings, legal, placing, rewards, screens
from entrypoints.telegram.screens import Parts, Person, Screen, help_text, menu
from entrypoints.telegram.updates import Tap, TelegramMessage, TelegramSender, Update

START: Final = "/start"
SIGN_IN_WORD: Final = "sign-in"
"""What a link to the bot says that a page has for those who want to sign in there."""
_PRIVATE: Final = "private"
_COMMANDS: Final = MappingProxyType(
    {"/bookings": "u", "/today": "y", "/book": "n", "/offers": "w", "/language": "l", "/help": "h", START: "h"}
)
_SCREENS: Final[Mapping[str, Screen]] = MappingProxyType(
    {
        "h": screens.helping,
        "l": screens.languages,
        "u": bookings.upcoming,
        "y": bookings.day,
        "b": bookings.one,
        "P": bookings.pay,
        "a": bookings.accept,
        "x": bookings.decline,
        "m": bookings.choose_day,
        "T": bookings.choose_time,
        "M": bookings.move,
        "c": bookings.ask_cancel,
        "C": bookings.cancel,
        "R": rewards.choose,
        "r": rewards.redeem,
        "n": placing.choose_provider,
        "p": placing.choose_service,
        "d": placing.choose_day,
        "t": placing.choose_time,
        "s": placing.ask,
        "B": placing.book,
        "w": placing.offers,
        "O": placing.take_offer,
    }
)
_LOG: Final = logging.getLogger(__name__)


class Bot:
    """Answers in private chats. An update may arrive twice: it takes effect once, and both answers show the result."""

    def __init__(
        self,
        chats: Chats,
        parts: Parts,
        codes: LinkCodes,
        *,
        name: str,
        refused: Collection[Role] = frozenset(),
        pages: str = "",
    ) -> None:
        """`name` is the bot's user name, `pages` the address of the pages, empty without them.

        Roles that need a second factor are refused, and admins in any case.
        """
        self._chats = chats
        self._parts = parts
        self._codes = codes
        self._refused = {*refused, Role.ADMIN}
        self.name: Final = name
        self._pages = pages

    async def take(self, update: Update) -> None:
        """Answer an update.

        Raises:
            StorageUnavailable, ConcurrentChange: the update could not be handled now; Telegram sends it again.
        """
        try:
            if update.callback_query is not None:
                await self._take_tap(update.callback_query)
            elif update.message is not None:
                await self._take_message(update.message)
        except (ChatBlocked, ChatUnavailable) as error:
            _LOG.info("update %d is not answered: %s", update.update_id, error.code)

    async def _take_message(self, message: TelegramMessage) -> None:
        sender = message.sender
        if sender is None or sender.is_bot or message.chat.type != _PRIVATE or not message.text:
            return
        command, _, rest = message.text.partition(" ")
        if command == START and rest.strip() == SIGN_IN_WORD and self._pages:
            answer = self._sign_in(Wording(sender.language_code))
        elif command == START and rest:
            answer = await self._link(sender, rest.strip())
        else:
            answer = await self._screen(sender, _COMMANDS.get(command.partition("@")[0], "h"))
        await self._chats.send(message.chat.id, answer)

    async def _take_tap(self, tap: Tap) -> None:
        message = tap.message
        if tap.sender.is_bot or message is None or message.chat.type != _PRIVATE:
            return
        answer = await self._screen(tap.sender, tap.data)
        await self._chats.acknowledge(tap.id)
        if message.date:
            await self._chats.replace(message.chat.id, message.message_id, answer)
        else:
            await self._chats.send(message.chat.id, answer)

    async def _screen(self, sender: TelegramSender, data: str) -> ChatMessage:
        found = await self._account(sender)
        say = Wording(sender.language_code if found is None else found.locale)
        if found is None:
            return ChatMessage(text=_unlinked(say))
        if found.role in self._refused:
            return ChatMessage(text=say(Phrase("Accounts of administrators cannot use the bot.")))
        head, *words = data.split(":")
        try:
            if head == "l" and words:
                return await self._speak(found, words[0])
            return await self._shown(Person(user=found, say=say), data)
        except (StorageUnavailable, ConcurrentChange):
            raise
        except DomainError as refused:
            return menu(say, say.error(refused))
        except (KeyError, ValueError):  # a button of an earlier version
            return menu(say, help_text(say))

    async def _shown(self, person: Person, data: str) -> ChatMessage:
        head, *words = data.split(":")
        if head == legal.ACCEPT:
            mark, head, *words = words
            await legal.accept(person, mark, self._parts)
        try:
            shown = await _SCREENS[head](person, words, self._parts)
        except AcceptanceRequired as refused:
            return legal.asked(person.say, refused, ":".join((head, *words)), self._parts.documents)
        return replace(shown, text=without_links(shown.text))  # links are buttons; names are words of users

    async def _account(self, sender: TelegramSender) -> User | None:
        """The active account that the sender's Telegram account is linked to."""
        reads = self._parts.reads
        user_id = await reads.external_identities.user_of(IdentityProvider.TELEGRAM, str(sender.id))
        user = None if user_id is None else await reads.users.get(user_id)
        if user is None or user.status is not UserStatus.ACTIVE:
            return None
        if await chat_of(user.id, reads.external_identities) is None:  # it was blocked
            again = MarkChat(user_id=user.id, chat=str(sender.id), reachable=True)
            await self._parts.executor.run(mark_chat, again, actor=SYSTEM)
        return user

    def _sign_in(self, say: Wording) -> ChatMessage:
        """A button that opens the page to sign in, with what Telegram signs about the person."""
        button = Button(text=say(Phrase("Sign in")), url=f"{self._pages}/{say.language}/sign-in/telegram", signed=True)
        return ChatMessage(text=say(Phrase("Press the button to sign in.")), rows=((button,),))

    async def _link(self, sender: TelegramSender, text: str) -> ChatMessage:
        """Link the chat to the account that requested the code."""
        code = self._codes.read(text)
        say = Wording(sender.language_code)
        try:
            if code is None:
                raise InvalidAssertion
            await self._parts.executor.run(link_by_code, LinkByCode(code=code, subject=str(sender.id)), actor=SYSTEM)
        except (StorageUnavailable, ConcurrentChange):
            raise
        except DomainError as refused:
            linked = await self._account(sender)
            if code is None or linked is None or linked.id != code.user_id:  # else this is a repetition of the update
                invalid = say(Phrase("This link is not valid any more; please ask for another one in your account."))
                return ChatMessage(text=invalid if isinstance(refused, InvalidAssertion) else say.error(refused))
        return await self._screen(sender, "h")

    async def _speak(self, user: User, language: str) -> ChatMessage:
        """Change the language of the account."""
        if language not in LANGUAGES:
            raise ValueError(language)
        await self._parts.executor.run(choose_language, ChooseLanguage(language), actor=user.actor)
        say = Wording(language)
        return menu(say, help_text(say))


def _unlinked(say: Wording) -> str:
    return say(
        Phrase(
            "This chat is not linked to an account. Sign in, choose to link Telegram in the settings of your account, "
            "and open the link that you get there."
        )
    )
