"""Verification of Telegram's signed data: a mini-app's init data, and the fields of the login widget.

In both, `hash` is a hex HMAC-SHA256 over all other fields as `key=value` lines sorted by key. The HMAC key is derived
from the bot token, differently for each kind, so that one kind cannot be replayed as the other:
https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app and
https://core.telegram.org/widgets/login#checking-authorization. `signature`, which lets third parties verify init data
without the token, is treated like any other field.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from adapters.kit.signatures import matches
from adapters.telegram.users import TelegramUser, user_from_json, user_from_widget
from booking_domain.identity.errors import InvalidAssertion, TelegramNotConfigured
from booking_domain.identity.external_identities import (
    CLOCKS_DIFFER,
    MAX_INIT_DATA,
    Assertion,
    IdentityProvider,
    InitData,
    TelegramAssertions,
    TelegramProof,
)

MAX_FIELDS: Final = 32
_TELEGRAM: Final = IdentityProvider.TELEGRAM
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_BREAKS_LINES: Final = re.compile(r"[\x00-\x1f]")


class TelegramBotAssertions(TelegramAssertions):
    """Verifies with the bot's current and previous tokens; without a token, Telegram sign-in is not configured."""

    def __init__(self, tokens: Sequence[str], *, freshness: timedelta) -> None:
        self._keys_of_apps = [hmac.digest(b"WebAppData", token.encode(), "sha256") for token in tokens]
        self._keys_of_widgets = [sha256(token.encode()).digest() for token in tokens]
        self._freshness = freshness

    def read(self, proof: TelegramProof, now: datetime) -> Assertion:
        if not self._keys_of_apps:
            raise TelegramNotConfigured
        of_app = isinstance(proof, InitData)
        fields = _fields_of(proof.text) if isinstance(proof, InitData) else proof.fields
        user = user_from_json(fields.get("user", "")) if of_app else user_from_widget(fields)
        lines = _data_check_string(fields)
        signed = _signed(self._keys_of_apps if of_app else self._keys_of_widgets, lines, fields)
        good_until = self._good_until(fields, now)
        if not signed or user is None or user.is_bot or good_until is None:
            raise InvalidAssertion(None if user is None else user.subject)
        return _assertion(user, sha256(type(proof).__name__.encode() + b"\n" + lines).digest(), good_until)

    def _good_until(self, fields: Mapping[str, str], now: datetime) -> datetime | None:
        """When the signed data expires; None if it is invalid, has expired, or is dated in the future."""
        text = fields.get("auth_date", "")
        if _SECONDS.fullmatch(text) is None:
            return None
        signed_at = datetime.fromtimestamp(int(text), UTC)
        fresh = now - self._freshness <= signed_at <= now + CLOCKS_DIFFER
        return signed_at + self._freshness if fresh else None


def _fields_of(init_data: str) -> dict[str, str]:
    """Parse a query string; return no fields if it is malformed, too long, or repeats a field."""
    if len(init_data) > MAX_INIT_DATA:
        return {}
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def _data_check_string(fields: Mapping[str, str]) -> bytes:
    """The signed text, in Telegram's term."""
    lines = (f"{key}={value}" for key, value in sorted(fields.items()) if key != "hash")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _signed(keys: Sequence[bytes], lines: bytes, fields: Mapping[str, str]) -> bool:
    """Whether the hash matches, and no key or value could make the same text split into other fields."""
    hashes = (hmac.digest(key, lines, "sha256").hex().encode() for key in keys)
    return matches(fields.get("hash", ""), hashes) and not any(
        "=" in key or _BREAKS_LINES.search(key) or _BREAKS_LINES.search(value) for key, value in fields.items()
    )


def _assertion(user: TelegramUser, digest: bytes, good_until: datetime) -> Assertion:
    return Assertion(
        provider=_TELEGRAM,
        subject=user.subject,
        name=user.name,
        given_name=user.given_name,
        family_name=user.family_name,
        locale=user.locale,
        digest=digest,
        good_until=good_until,
    )
