"""Domain events of webhooks."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId
from booking_domain.webhooks.model import EndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanged(Event):
    """The common field of the events of an endpoint."""

    subject_field: ClassVar[str] = "endpoint_id"

    endpoint_id: EndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesQueued(EndpointChanged):
    """Deliveries to the endpoint are due."""

    topic: ClassVar[str] = "webhook.queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWasDisabled(EndpointChanged):
    """The platform disabled the endpoint."""

    topic: ClassVar[str] = "webhook.disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOfEarlierKind(EndpointChanged):
    """The owner should rotate the secret of the endpoint, which has fewer random bits than new ones."""

    topic: ClassVar[str] = "webhook.secret_of_earlier_kind"


EVENTS: Final[tuple[type[EndpointChanged], ...]] = (DeliveriesQueued, EndpointWasDisabled, SecretOfEarlierKind)


def endpoint_event(kind: type[EndpointChanged], endpoint_id: EndpointId, context: Context) -> EndpointChanged:
    """Return the event of an endpoint that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, endpoint_id=endpoint_id)
