"""What services need of resources, as services and bookings keep it in JSON."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.shared.ids import ResourceId


def needs_json(needs: Iterable[ResourceNeed]) -> list[list[Any]]:
    """The id of each resource, with how many units."""
    return [[str(each.resource_id), each.quantity] for each in needs]


def needs_of(rows: Iterable[list[Any]]) -> tuple[ResourceNeed, ...]:
    """The needs in the JSON that `needs_json` wrote."""
    return tuple(ResourceNeed(ResourceId(UUID(id_)), quantity) for id_, quantity in rows)
