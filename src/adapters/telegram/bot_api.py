"""The Bot API of Telegram: https://core.telegram.org/bots/api. The address of a call holds the bot's token."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from adapters.kit.http_client import http_client
from adapters.kit.http_responses import ACCEPT, UnusableResponse, read_response
from booking_domain.notifications.chats import Button, ChatMessage, Chats
from booking_domain.notifications.errors import ChatBlocked, ChatUnavailable

TELEGRAM: Final = "https://api.telegram.org"
_MAX_RESPONSE_BYTES: Final = 4 * 1024 * 1024
"""Up to 100 updates are one response."""
_NOT_MODIFIED: Final = "message is not modified"
_TOO_OLD: Final = "query is too old"
_CHAT_GONE: Final = "chat not found"
_UPDATES: Final = ("message", "callback_query")
_LOG: Final = logging.getLogger(__name__)
for _chatty in ("httpx", "httpcore"):  # at INFO they log addresses
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class _Response(msgspec.Struct, frozen=True):
    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    description: str = ""


class _Refused(Exception):
    """The API refuses a call. The text is its description, which quotes nothing that was sent."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description


class TelegramBotApi(Chats):
    """Writes as the bot of a token. One call is never repeated: the caller decides."""

    def __init__(self, token: str, *, api_url: str = TELEGRAM, timeout_seconds: float = 10.0) -> None:
        self._base_url = f"{api_url}/bot{token}/"
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Nothing to do: the client is made by the first call."""

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = None

    async def send(self, chat_id: int, message: ChatMessage) -> None:
        await self._tell("sendMessage", {"chat_id": chat_id, **_content(message)})

    async def replace(self, chat_id: int, message_id: int, message: ChatMessage) -> None:
        content = {"chat_id": chat_id, "message_id": message_id, **_content(message)}
        await self._tell("editMessageText", content, harmless=_NOT_MODIFIED)

    async def acknowledge(self, tap_id: str) -> None:
        await self._tell("answerCallbackQuery", {"callback_query_id": tap_id}, harmless=_TOO_OLD)

    async def updates(self, offset: int, *, wait_seconds: int) -> Sequence[msgspec.Raw]:
        """The updates from this number on, in JSON; waits for one. An offset confirms the updates before it.

        Raises:
            ChatUnavailable: the API does not answer, or a webhook is set.
        """
        content = {"offset": offset, "timeout": wait_seconds, "allowed_updates": _UPDATES}
        found = await self._done("getUpdates", content, timeout_seconds=wait_seconds + self._timeout_seconds)
        return msgspec.json.decode(found, type=list[msgspec.Raw])

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to this address."""
        await self._tell("setWebhook", {"url": url, "secret_token": secret, "allowed_updates": _UPDATES})

    async def remove_webhook(self) -> None:
        """Have updates wait, to be polled."""
        await self._tell("setWebhook", {"url": ""})

    async def _tell(self, method: str, content: Mapping[str, Any], *, harmless: str = "") -> None:
        """Make a call whose result does not matter, nor a refusal with this description."""
        await self._done(method, content, harmless=harmless, timeout_seconds=self._timeout_seconds)

    async def _done(
        self, method: str, content: Mapping[str, Any], *, timeout_seconds: float, harmless: str = ""
    ) -> msgspec.Raw:
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._call(method, content, timeout_seconds)
        except _Refused as refused:
            if harmless and harmless in refused.description:
                return msgspec.Raw(b"true")
            if refused.status == HTTPStatus.FORBIDDEN or _CHAT_GONE in refused.description:
                raise ChatBlocked from None
            reason = str(refused)
        except (UnusableResponse, httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            reason = type(error).__name__
        _LOG.warning("telegram: no usable response to %s: %s", method, reason)
        # Outside the handler: the cause holds the request, and with it the token.
        raise ChatUnavailable

    async def _call(self, method: str, content: Mapping[str, Any], timeout_seconds: float) -> msgspec.Raw:
        if self._http is None:
            self._http = http_client(base_url=self._base_url)
        async with self._http.stream("POST", method, json=content, headers=ACCEPT, timeout=timeout_seconds) as response:
            found = await read_response(response, max_bytes=_MAX_RESPONSE_BYTES)
        try:
            answer = msgspec.json.decode(found.body, type=_Response)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnusableResponse(f"no {_Response.__name__} ({type(error).__name__})") from None
        if not answer.ok:
            raise _Refused(found.status, answer.description)
        return answer.result


def _content(message: ChatMessage) -> dict[str, Any]:
    """The text without any markup, and the keyboard; an edit without one removes it."""
    rows = [[_button(button) for button in row] for row in message.rows]
    return {
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": rows},
    }


def _button(button: Button) -> dict[str, Any]:
    if button.signed:
        return {"text": button.text, "login_url": {"url": button.url}}
    return {"text": button.text, **({"url": button.url} if button.url else {"callback_data": button.data})}
