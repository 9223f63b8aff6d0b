"""A simulator of the Bot API over HTTP: it checks the bot's messages as Telegram does, and records the chats.

Written from https://core.telegram.org/bots/api: limits, required fields and the texts of errors are Telegram's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.http_answers import document
from tests.unit.adapters.sms.fakes import Fake, Request

BOT_ID: Final = 7342037359
_REASONS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
}
Fields = dict[str, Any]


class Refused(Exception):
    """An error of the API."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class Shown:
    """A message of the bot as a person sees it."""

    id: int
    text: str
    rows: list[list[dict[str, str]]]

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]


@dataclass(slots=True)
class TelegramSimulator(Fake):
    """One bot and the private chats with it."""

    token: str = ""
    url: str = ""
    chats: dict[int, list[Shown]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    limited_for: int = 0
    """Seconds of the next answer 429; 0: none."""
    webhook: Fields | None = None
    waiting: list[Fields] = field(default_factory=list)
    """Updates that were not confirmed."""
    _taps: set[str] = field(default_factory=set)
    _number: int = 0

    def default_response(self, request: Request) -> bytes:
        try:
            result = self._done(request)
        except Refused as refused:
            reason = _REASONS[refused.status]
            answer: Fields = {"ok": False, "error_code": refused.status, "description": refused.description}
            if refused.parameters:
                answer["parameters"] = refused.parameters
            return document(answer, status=f"{refused.status} {reason}")
        return document({"ok": True, "result": result})

    def _done(self, request: Request) -> Any:
        _, bot, method = request.path.split("/")
        if bot != f"bot{self.token}":
            raise Refused(401, "Unauthorized")
        methods: dict[str, Callable[[Fields], Any]] = {
            "sendMessage": self._send,
            "editMessageText": self._edit,
            "answerCallbackQuery": self._answer,
            "getUpdates": self._updates,
            "setWebhook": self._set_webhook,
        }
        if method not in methods:
            raise Refused(404, "Not Found")
        if self.limited_for:
            seconds, self.limited_for = self.limited_for, 0
            raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        assert request.headers["content-type"] == "application/json"
        return methods[method](json.loads(request.body))

    def written(self, person: Fields, text: str) -> Fields:
        """The update of a message that a person writes."""
        self._number += 1
        self.chats.setdefault(person["id"], [])
        message = {"message_id": self._next(), "from": person, "chat": _chat(person["id"]), "date": 1_795_395_723}
        return self._queued({"message": {**message, "text": text}})

    def tapped(self, person: Fields, button: str) -> Fields:
        """The update of a tap on a button of the last message; fails unless there is exactly one with this text."""
        shown = self.chats[person["id"]][-1]
        (found,) = [each for row in shown.rows for each in row if each["text"] == button]
        return self.tapped_data(person, found["callback_data"])

    def tapped_data(self, person: Fields, data: str) -> Fields:
        """The update of a tap on a button of the last message that sends this, whether or not there is one."""
        shown = self.chats[person["id"]][-1]
        self._taps.add(tap := str(self._next()))
        message = {"message_id": shown.id, "chat": _chat(person["id"]), "date": 1_795_395_723, "text": shown.text}
        query = {"id": tap, "from": person, "message": message, "chat_instance": "1", "data": data}
        return self._queued({"callback_query": query})

    def last(self, person: Fields) -> Shown:
        """What the person sees last."""
        return self.chats[person["id"]][-1]

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _queued(self, update: Fields) -> Fields:
        update = {"update_id": self._next(), **update}
        self.waiting.append(update)
        return update

    def _send(self, fields: Fields) -> Fields:
        chat = self._chat(fields)
        shown = Shown(self._next(), _text(fields), _keyboard(fields))
        chat.append(shown)
        return self._message(fields["chat_id"], shown)

    def _edit(self, fields: Fields) -> Fields:
        chat = self._chat(fields)
        found = next((each for each in chat if each.id == fields.get("message_id")), None)
        if found is None:
            raise Refused(400, "Bad Request: message to edit not found")
        text, rows = _text(fields), _keyboard(fields)
        if (found.text, found.rows) == (text, rows):
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        found.text, found.rows = text, rows
        return self._message(fields["chat_id"], found)

    def _answer(self, fields: Fields) -> bool:
        if fields.get("callback_query_id") not in self._taps:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._taps.remove(fields["callback_query_id"])
        return True

    def _updates(self, fields: Fields) -> list[Fields]:
        if self.webhook is not None:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        self.waiting = [each for each in self.waiting if each["update_id"] >= fields.get("offset", 0)]
        return self.waiting[:100]

    def _set_webhook(self, fields: Fields) -> bool:
        if fields["url"] and not fields["url"].startswith("https://"):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = fields if fields["url"] else None
        return True

    def _chat(self, fields: Fields) -> list[Shown]:
        chat_id = fields.get("chat_id")
        if chat_id not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return self.chats[chat_id]

    def _message(self, chat_id: int, shown: Shown) -> Fields:
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "Booking"}
        message = {"message_id": shown.id, "from": bot, "chat": _chat(chat_id), "date": 1_795_395_723}
        return {**message, "text": shown.text, "reply_markup": {"inline_keyboard": shown.rows}}


def _chat(chat_id: int) -> Fields:
    return {"id": chat_id, "type": "private", "first_name": "A"}


def _text(fields: Fields) -> str:
    text = fields.get("text", "")
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4_096:
        raise Refused(400, "Bad Request: message is too long")
    assert "parse_mode" not in fields, "texts are plain"
    return str(text)


def _keyboard(fields: Fields) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = fields.get("reply_markup", {}).get("inline_keyboard", [])
    if len([button for row in rows for button in row]) > 100:
        raise Refused(400, "Bad Request: reply markup is too long")
    for row in rows:
        for button in row:
            if not button.get("text"):
                raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
            if len({"callback_data", "url", "login_url"} & button.keys()) != 1:
                raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
            if "url" in button and not button["url"].startswith(("http://", "https://", "tg://")):
                raise Refused(400, f"Bad Request: inline keyboard button URL '{button['url']}' is invalid")
            if "login_url" in button and not button["login_url"]["url"].startswith("https://"):
                raise Refused(400, "Bad Request: LOGIN_URL_INVALID")
    return [row for row in rows if row]
