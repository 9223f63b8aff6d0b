"""The endpoint of an integrator and a delivery to it: frozen values, their lifecycles and errors."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final, NewType, Self
from urllib.parse import urlsplit
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import BookingId, Entropy, EventId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.webhooks.types import EVENT_TYPES

EndpointId = NewType("EndpointId", UUID)
DeliveryId = NewType("DeliveryId", UUID)

MAX_ENDPOINTS: Final = 10
MAX_URL: Final = 2_000
MAX_DESCRIPTION: Final = 200
MAX_EXCERPT: Final = 500
MAX_OVERLAP: Final = timedelta(days=7)
DEFAULT_OVERLAP: Final = timedelta(hours=24)
RETRIED_FOR: Final = timedelta(days=3)
RETRY_AFTER: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""The pause after each failed attempt; the last one repeats until `RETRIED_FOR` is over."""
_LONGEST_REST: Final = timedelta(minutes=1)
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SECRET_LENGTH: Final = 48
"""Characters of a secret: base64 of 36 bytes."""
_PADDING: Final = "A" * 20
"""Ends a secret of the earlier kind, which had 128 random bits. No other secret ends so: the chance is 1 in 2¹²⁰."""


class EndpointNotFound(NotFound, code="webhook.endpoint_not_found"):
    """The webhook endpoint does not exist."""


class DeliveryNotFound(NotFound, code="webhook.delivery_not_found"):
    """The webhook delivery does not exist."""


class EndpointExists(Conflict, code="webhook.endpoint_exists", field="url"):
    """You already have a webhook endpoint with this URL."""


class TooManyEndpoints(Conflict, code="webhook.too_many_endpoints"):
    """An account has at most 10 webhook endpoints."""


class EndpointDisabled(Conflict, code="webhook.endpoint_disabled"):
    """The webhook endpoint is disabled. Enable it first."""


class InvalidEndpointTransition(InvalidTransition, code="webhook.invalid_endpoint_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class InvalidDeliveryTransition(InvalidTransition, code="webhook.invalid_delivery_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class EndpointStatus(StrEnum):
    """The status of an endpoint."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """Nothing is sent to it, and no event is recorded for it."""


class EndpointAction(StrEnum):
    """An action on an endpoint."""

    DISABLE = "disable"
    ENABLE = "enable"


class DisabledBecause(StrEnum):
    """Why an endpoint is disabled."""

    OWNER = "owner"
    FAILING = "failing"
    """An event could not be delivered for `RETRIED_FOR`."""
    GONE = "gone"
    """It answered 410."""


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up; it can be replayed."""


class DeliveryAction(StrEnum):
    """An action on a delivery."""

    DELIVER = "deliver"
    RETRY = "retry"
    GIVE_UP = "give_up"
    REPLAY = "replay"


class WebhookParty(StrEnum):
    """Who acts on endpoints and deliveries."""

    OWNER = "owner"
    """The endpoint's owner, or an admin."""
    PLATFORM = "platform"


class Failure(StrEnum):
    """Why an attempt failed."""

    STATUS = "status"
    """The endpoint did not answer with 2xx."""
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """No connection: the name, the address, the port or the certificate."""
    BROKEN = "broken"
    """The answer was not understood, or broke off."""


_OWNER: Final = frozenset({WebhookParty.OWNER})
_PLATFORM: Final = frozenset({WebhookParty.PLATFORM})

ENDPOINT_LIFECYCLE: Final[Lifecycle[EndpointStatus, EndpointAction, WebhookParty]] = Lifecycle(
    thing="webhook endpoint",
    about="""
        The platform disables an endpoint that has failed for three days, or that answers 410. Its owner enables it
        again.
    """,
    refusal=InvalidEndpointTransition,
    moves={
        (EndpointStatus.ACTIVE, EndpointAction.DISABLE): Move(EndpointStatus.DISABLED, _OWNER | _PLATFORM),
        (EndpointStatus.DISABLED, EndpointAction.DISABLE): Move(EndpointStatus.DISABLED, _OWNER),
        (EndpointStatus.ACTIVE, EndpointAction.ENABLE): Move(EndpointStatus.ACTIVE, _OWNER),
        (EndpointStatus.DISABLED, EndpointAction.ENABLE): Move(EndpointStatus.ACTIVE, _OWNER),
    },
)
DELIVERY_LIFECYCLE: Final[Lifecycle[DeliveryStatus, DeliveryAction, WebhookParty]] = Lifecycle(
    thing="webhook delivery",
    about="""
        A delivery is retried for three days and then given up. A replay sends it again, under the same `webhook-id`.
    """,
    refusal=InvalidDeliveryTransition,
    moves={
        (DeliveryStatus.PENDING, DeliveryAction.DELIVER): Move(DeliveryStatus.DELIVERED, _PLATFORM),
        (DeliveryStatus.PENDING, DeliveryAction.RETRY): Move(DeliveryStatus.PENDING, _PLATFORM),
        (DeliveryStatus.PENDING, DeliveryAction.GIVE_UP): Move(DeliveryStatus.FAILED, _PLATFORM),
        (DeliveryStatus.PENDING, DeliveryAction.REPLAY): Move(DeliveryStatus.PENDING, _OWNER),
        (DeliveryStatus.DELIVERED, DeliveryAction.REPLAY): Move(DeliveryStatus.PENDING, _OWNER),
        (DeliveryStatus.FAILED, DeliveryAction.REPLAY): Move(DeliveryStatus.PENDING, _OWNER),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRules:
    """Which URLs may be endpoints, as far as the text shows; the address is checked at each delivery."""

    schemes: frozenset[str] = frozenset({"https"})
    allows_host: Callable[[str], bool] = lambda _: True
    """Whether a host may be contacted, as far as it is an address and not a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class WebhookEndpoint:
    """Where an integrator receives events."""

    id: EndpointId
    owner_id: UserId
    url: str = field(repr=False)
    """May contain a secret of its owner."""
    description: str = ""
    event_types: tuple[str, ...] = ()
    """The types that are sent; empty: all, also those of later versions."""
    status: EndpointStatus = EndpointStatus.ACTIVE
    disabled_because: DisabledBecause | None = None
    disabled_at: datetime | None = None
    secret: str = field(repr=False)
    previous_secret: str | None = field(default=None, repr=False)
    previous_secret_until: datetime | None = None
    """Until then, deliveries are signed with the previous secret too."""
    failures: int = 0
    """Failed attempts since the last success."""
    rests_until: datetime | None = None
    """After a failed attempt nothing is sent until then, so that a slow endpoint does not take the turns of others."""
    rotation_asked_at: datetime | None = None
    """When the owner was asked to replace a secret of the earlier kind."""
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        unknown = [each for each in self.event_types if each not in EVENT_TYPES]
        if unknown:
            raise InvalidValue(field="event_types", problem=f"there is no event type {unknown[0][:50]!r}")
        _require_at_most("description", self.description, MAX_DESCRIPTION)

    @property
    def host(self) -> str:
        """The host of the URL, which is shown where the URL is not."""
        return urlsplit(self.url).hostname or ""

    def subscribes_to(self, event_type: str) -> bool:
        """Whether events of this type are sent to it."""
        return self.status is EndpointStatus.ACTIVE and (not self.event_types or event_type in self.event_types)

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets to sign with, the current one first."""
        if self.previous_secret is None or self.previous_secret_until is None or now >= self.previous_secret_until:
            return (self.secret,)
        return (self.secret, self.previous_secret)

    def rotate(self, secret: str, *, overlap: timedelta, now: datetime) -> Self:
        """Sign with a new secret, and for `overlap` with the current one too."""
        if not timedelta() <= overlap <= MAX_OVERLAP:
            raise InvalidValue(field="overlap_hours", problem="0 to 168 hours")
        return replace(
            self,
            secret=secret,
            previous_secret=self.secret if overlap else None,
            previous_secret_until=now + overlap if overlap else None,
            rotation_asked_at=None,
            version=self.version + 1,
        )

    @property
    def rotation_due(self) -> bool:
        """Whether its secret is of the earlier kind, and the owner has not been asked to rotate it.

        The secret keeps signing: only its owner can bring a new one to the server that verifies the signatures.
        """
        return self.rotation_asked_at is None and self.secret.endswith(_PADDING)

    def disable(self, because: DisabledBecause, *, now: datetime) -> Self:
        """Stop the deliveries. An endpoint that is disabled keeps its reason."""
        by = WebhookParty.OWNER if because == DisabledBecause.OWNER else WebhookParty.PLATFORM
        status = ENDPOINT_LIFECYCLE.advance(self.status, EndpointAction.DISABLE, by)
        if self.status is EndpointStatus.DISABLED:
            return self
        return replace(
            self, status=status, disabled_because=because, disabled_at=now, version=self.version + 1
        ).succeeded()

    def enable(self) -> Self:
        """Start the deliveries again, of events from now on."""
        status = ENDPOINT_LIFECYCLE.advance(self.status, EndpointAction.ENABLE, WebhookParty.OWNER)
        if self.status is EndpointStatus.ACTIVE:
            return self
        return replace(self, status=status, disabled_because=None, disabled_at=None, version=self.version + 1)

    def succeeded(self) -> Self:
        """Record that an attempt has succeeded. The version counts changes of the owner only."""
        return replace(self, failures=0, rests_until=None)

    def failed(self, now: datetime) -> Self:
        """Record that an attempt has failed: the endpoint rests, longer each time, for a minute at most."""
        rest = min(timedelta(seconds=2 ** min(self.failures, 10)), _LONGEST_REST)
        return replace(self, failures=self.failures + 1, rests_until=now + rest)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Outcome:
    """What came of one attempt."""

    failure: Failure | None = None
    response_status: int | None = None
    excerpt: str = ""
    """The beginning of the response."""

    @property
    def gone(self) -> bool:
        """Whether the endpoint asks never to be called again."""
        return self.response_status == HTTPStatus.GONE


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class WebhookDelivery:
    """One event on its way to one endpoint, and afterwards its entry in the log."""

    id: DeliveryId
    endpoint_id: EndpointId
    event_id: EventId
    """The id of the message, which is the same for each attempt."""
    booking_id: BookingId | None
    """Deliveries about one booking are sent in order."""
    type: str
    payload: str = field(repr=False)
    """The body, as it is sent and signed."""
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    """Attempts since it was made, or replayed."""
    first_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    next_attempt_at: datetime | None
    """None unless it is pending."""
    failure: Failure | None = None
    response_status: int | None = None
    response_excerpt: str = field(default="", repr=False)
    created_at: datetime
    version: int = 1

    @classmethod
    def make(
        cls,
        *,
        id: DeliveryId,  # noqa: A002
        endpoint_id: EndpointId,
        event_id: EventId,
        booking_id: BookingId | None,
        type: str,  # noqa: A002
        payload: str,
        now: datetime,
    ) -> Self:
        """A delivery that is due now."""
        return cls(
            id=id,
            endpoint_id=endpoint_id,
            event_id=event_id,
            booking_id=booking_id,
            type=type,
            payload=payload,
            next_attempt_at=now,
            created_at=now,
        )

    @property
    def message_id(self) -> str:
        """The `webhook-id`."""
        return f"msg_{self.event_id.hex}"

    def attempted(self, outcome: Outcome, *, now: datetime) -> Self:
        """Record an attempt: delivered, retried after a pause, or given up.

        It is given up once `RETRIED_FOR` has passed since the first attempt, or if the endpoint is gone.
        """
        first = self.first_attempt_at or now
        last = first + RETRIED_FOR
        action = DeliveryAction.RETRY
        next_attempt_at: datetime | None = min(now + pause_after(self.attempts + 1), last)
        if outcome.failure is None:
            action, next_attempt_at = DeliveryAction.DELIVER, None
        elif outcome.gone or now >= last:
            action, next_attempt_at = DeliveryAction.GIVE_UP, None
        return replace(
            self,
            status=DELIVERY_LIFECYCLE.advance(self.status, action, WebhookParty.PLATFORM),
            attempts=self.attempts + 1,
            first_attempt_at=first,
            last_attempt_at=now,
            next_attempt_at=next_attempt_at,
            failure=outcome.failure,
            response_status=outcome.response_status,
            response_excerpt=outcome.excerpt[:MAX_EXCERPT],
            version=self.version + 1,
        )

    def replay(self, *, now: datetime) -> Self:
        """Send it again, now, under the same `webhook-id`; it is retried as if it were new."""
        return replace(
            self,
            status=DELIVERY_LIFECYCLE.advance(self.status, DeliveryAction.REPLAY, WebhookParty.OWNER),
            attempts=0,
            first_attempt_at=None,
            next_attempt_at=now,
            version=self.version + 1,
        )


def pause_after(attempts: int) -> timedelta:
    """The pause after so many attempts.

    >>> [pause_after(attempts).total_seconds() for attempts in (1, 2, 9)]
    [5.0, 60.0, 36000.0]
    """
    return RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]


def checked_url(url: str, rules: EndpointRules) -> str:
    """Return the URL if it may be an endpoint.

    Raises:
        InvalidValue: it is too long, has another scheme, credentials or a fragment, or names an address that is not on
            the public internet.
    """
    _require_at_most("url", url, MAX_URL)
    try:
        parts = urlsplit(url)
        host, known_port = parts.hostname, parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidValue(field="url", problem="a URL with a host is required") from None
    if parts.scheme not in rules.schemes:
        raise InvalidValue(field="url", problem=f"must begin with {' or '.join(sorted(rules.schemes))}://")
    if not host or not known_port or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidValue(field="url", problem="a URL with a host is required")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidValue(field="url", problem="a URL without a user name, password or fragment is required")
    if not rules.allows_host(host):
        raise InvalidValue(field="url", problem="must be on the public internet")
    return url


def new_secret(entropy: Entropy) -> str:
    """Return a signing secret of 288 bits."""
    return _SECRET_PREFIX + entropy.pick(_BASE64, _SECRET_LENGTH)


def _require_at_most(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidValue(field=name, problem=f"at most {most} characters")
