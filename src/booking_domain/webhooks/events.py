"""Domain events of webhooks."""

from typing import Final

from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId
from booking_domain.webhooks.model import EndpointId


class EndpointChanged(Event, subject="endpoint_id"):
    """The common field of the events of an endpoint."""

    endpoint_id: EndpointId


class DeliveriesQueued(EndpointChanged, topic="webhook.queued"):
    """Deliveries to the endpoint are due."""


class EndpointWasDisabled(EndpointChanged, topic="webhook.disabled"):
    """The platform disabled the endpoint."""


class WeakSecretFound(EndpointChanged, topic="webhook.secret_of_earlier_kind"):
    """The owner should rotate the secret of the endpoint, which has fewer random bits than new ones."""


EVENTS: Final[tuple[type[EndpointChanged], ...]] = (DeliveriesQueued, EndpointWasDisabled, WeakSecretFound)


def endpoint_event(kind: type[EndpointChanged], endpoint_id: EndpointId, context: UseCaseContext) -> EndpointChanged:
    """Return the event of an endpoint that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, endpoint_id=endpoint_id)
