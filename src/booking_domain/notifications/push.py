"""Web Push: the browsers and apps that show a user's notifications, and what is pushed to them (RFC 8030, RFC 8291)."""

import re
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotFound, RuleViolated, Unavailable, inside
from booking_domain.shared.ids import SessionId, UserId

PushSubscriptionId = NewType("PushSubscriptionId", UUID)

MOST_SUBSCRIPTIONS: Final = 20
"""Of an account; the oldest one gives way to another."""
MAX_ENDPOINT: Final = 2_000
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ENDPOINT: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?:{_LABEL}\.)*{_LABEL})(?P<port>:[1-9][0-9]{{0,4}})?(?:[/?][\x21-\x22\x24-\x7e]*)?"
)
"""Whatever parses it finds the same host: without user name, brackets, escapes, backslashes and fragment."""
_UNKNOWN_SERVICE: Final = "the URL of a known push service is required"
_SECRET_BYTES: Final = 16
_POINT: Final = re.compile(rb"\x04(.{32})(.{32})", re.DOTALL)
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}")
# The curve P-256 (SEC 2): y² = x³ - 3x + B modulo P.
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class PushSubscriptionNotFound(NotFound, code="push.subscription_not_found"):
    """There is no such push subscription, or its session has ended."""


class PushOff(NotFound, code="push.off"):
    """This installation pushes no notifications."""


class PushUnavailable(Unavailable, code="push.unavailable"):
    """No push service takes the notification at the moment; please try again."""


class PushRefused(RuleViolated, code="push.refused"):
    """No device of the account takes the notification."""


class Urgency(StrEnum):
    """How soon a device that saves power is woken (RFC 8030, section 5.3)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class PushOutcome(StrEnum):
    """What came of pushing a notification to a device."""

    ACCEPTED = "accepted"
    """By the push service, which delivers it."""
    GONE = "gone"
    """The subscription has ended."""
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    """The push service may or may not have taken it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRules:
    """Whether and where notifications are pushed; addresses are checked at each delivery too."""

    public_key: str = ""
    """The platform's key (VAPID), which browsers ask for; empty if push is off."""
    services: tuple[str, ...] = ()
    """The hosts of push services, also their subdomains; empty: any, in development only."""
    schemes: frozenset[str] = frozenset({"https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """A browser or app that shows its user's notifications, as long as the session is live that subscribed it."""

    id: PushSubscriptionId
    user_id: UserId
    session_id: SessionId
    endpoint: str = field(repr=False)
    """The URL at the push service. It is a secret: a caller that knows it can push."""
    public_key: str = field(repr=False)
    """Of the device, base64url: a point on P-256."""
    auth_secret: str = field(repr=False)
    """Shared with the device, base64url."""
    user_agent: str
    created_at: datetime

    def __post_init__(self) -> None:
        inside(("keys",), self._check_keys)

    def _check_keys(self) -> None:
        point = _POINT.fullmatch(decoded("p256dh", self.public_key))
        if point is None or not _on_curve(*(int.from_bytes(each, "big") for each in point.groups())):
            raise InvalidValue(field="p256dh", problem="an uncompressed point on P-256 is required")
        if len(decoded("auth", self.auth_secret)) != _SECRET_BYTES:
            raise InvalidValue(field="auth", problem=f"{_SECRET_BYTES} bytes are required")

    @property
    def service(self) -> str:
        """The host of the push service."""
        return urlsplit(self.endpoint).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PushMessage:
    """What is pushed to a device."""

    id: UUID
    """The same for each attempt, so that a repetition replaces what the device shows."""
    title: str = field(repr=False)
    body: str = field(repr=False)
    link: str
    """The page of the web app, relative to its origin."""
    type: str
    urgency: Urgency
    lives: timedelta
    """How long the push service keeps it for a device that is off."""


Push: TypeAlias = Callable[[PushSubscription, PushMessage], Awaitable[PushOutcome]]
"""Pushes to one device. Never called inside a database transaction."""


def checked_endpoint(endpoint: str, rules: PushRules) -> str:
    """Return the URL if a push service may have issued it.

    Raises:
        InvalidValue: it is too long, has another scheme, credentials or a fragment, or names no known push service.
    """
    url = _ENDPOINT.fullmatch(endpoint)
    if url is None or url["scheme"] not in rules.schemes or len(endpoint) > MAX_ENDPOINT:
        raise InvalidValue(field="endpoint", problem=_UNKNOWN_SERVICE)
    host = url["host"].lower()
    known = any(host == each or host.endswith(f".{each}") for each in rules.services)
    if rules.services and (url["port"] is not None or not known):
        raise InvalidValue(field="endpoint", problem=_UNKNOWN_SERVICE)
    return endpoint


def decoded(name: str, text: str) -> bytes:
    """Decode base64url, with or without padding.

    Raises:
        InvalidValue: the text is something else.
    """
    try:
        if _BASE64URL.fullmatch(text) is not None:
            return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except Error:
        pass
    raise InvalidValue(field=name, problem="base64url is required")


def _on_curve(x: int, y: int) -> bool:
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0
