"""What Telegram signs for a bot: the init data of a mini-app, and the fields of the login widget.

Both have, in `hash`, an HMAC-SHA256 in hex over all other fields, as lines `key=value` sorted by key. Its key follows
from the bot's token, for each of the two in its own way, so that neither passes for the other:
https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app and
https://core.telegram.org/widgets/login#checking-authorization. `signature`, which init data has for those who do not
know the token, is a field like any other here.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from adapters.telegram.people import Person, person_of_json, person_of_widget
from booking_domain.identity.errors import TelegramNotConfigured
from booking_domain.identity.external_identities import (
    CLOCKS_DIFFER,
    MAX_INIT_DATA,
    Assertion,
    AssertionRefused,
    IdentityProvider,
    InitData,
    TelegramAssertions,
    TelegramProof,
)

MOST_FIELDS: Final = 32
_TELEGRAM: Final = IdentityProvider.TELEGRAM
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_BREAKS_LINES: Final = re.compile(r"[\x00-\x1f]")


class TelegramBotAssertions(TelegramAssertions):
    """Checks by the tokens of a bot: the current one, and earlier ones. Without any, nobody comes from Telegram."""

    def __init__(self, tokens: Sequence[str], *, freshness: timedelta) -> None:
        self._keys_of_apps = [hmac.digest(b"WebAppData", token.encode(), "sha256") for token in tokens]
        self._keys_of_widgets = [sha256(token.encode()).digest() for token in tokens]
        self._freshness = freshness

    def read(self, proof: TelegramProof, now: datetime) -> Assertion | AssertionRefused:
        if not self._keys_of_apps:
            raise TelegramNotConfigured
        of_app = isinstance(proof, InitData)
        fields = _fields_of(proof.text) if isinstance(proof, InitData) else proof.fields
        person = person_of_json(fields.get("user", "")) if of_app else person_of_widget(fields)
        lines = _lines(fields)
        signed = _signed(self._keys_of_apps if of_app else self._keys_of_widgets, lines, fields)
        good_until = self._good_until(fields, now)
        if not signed or person is None or person.is_bot or good_until is None:
            return AssertionRefused(provider=_TELEGRAM, subject=None if person is None else person.subject)
        return _assertion(person, sha256(type(proof).__name__.encode() + b"\n" + lines).digest(), good_until)

    def _good_until(self, fields: Mapping[str, str], now: datetime) -> datetime | None:
        """Until when what was signed is good; None if that is over, or it comes from the future."""
        text = fields.get("auth_date", "")
        if _SECONDS.fullmatch(text) is None:
            return None
        signed_at = datetime.fromtimestamp(int(text), UTC)
        fresh = now - self._freshness <= signed_at <= now + CLOCKS_DIFFER
        return signed_at + self._freshness if fresh else None


def _fields_of(init_data: str) -> dict[str, str]:
    """The fields of a query string; none, if it is none or names one twice."""
    if len(init_data) > MAX_INIT_DATA:
        return {}
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def _lines(fields: Mapping[str, str]) -> bytes:
    """What is signed."""
    lines = (f"{key}={value}" for key, value in sorted(fields.items()) if key != "hash")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _signed(keys: Sequence[bytes], lines: bytes, fields: Mapping[str, str]) -> bool:
    """Whether the hash is that of the lines, and these can be cut into fields in no other way."""
    given = fields.get("hash", "").encode("utf-8", "surrogatepass")
    right = any(hmac.compare_digest(hmac.digest(key, lines, "sha256").hex().encode(), given) for key in keys)
    return right and not any(
        "=" in key or _BREAKS_LINES.search(key) or _BREAKS_LINES.search(value) for key, value in fields.items()
    )


def _assertion(person: Person, digest: bytes, good_until: datetime) -> Assertion:
    return Assertion(
        provider=_TELEGRAM,
        subject=person.subject,
        name=person.name,
        given_name=person.given_name,
        family_name=person.family_name,
        locale=person.locale,
        digest=digest,
        good_until=good_until,
    )
