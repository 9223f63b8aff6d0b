"""The JSON of holds."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from booking_domain.scheduling.claims import Claim
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider
from booking_domain.use_cases.scheduling.holds import PlaceHold
from entrypoints.http.kit.fields import Body, Instant, Json, ServiceIds, SomeMinutes, Timestamp, service_ids
from entrypoints.http.kit.projection import members, projection


class HoldBody(Body, frozen=True, kw_only=True):
    """A slot to hold: of a provider, or of a salon, with any of its providers who offers the services."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    slot: Instant
    duration_minutes: SomeMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()

    def command(self, lasts: timedelta, provider_id: ProviderId) -> PlaceHold:
        """Return the command for a provider."""
        return PlaceHold(provider_id=provider_id, lasts=lasts, **_hold(self))

    def with_any(self, lasts: timedelta, salon_id: SalonId) -> WithAnyProvider[PlaceHold]:
        """Return the command for any provider of a salon."""
        return WithAnyProvider(
            salon_id=salon_id,
            slot=self.slot,
            service_ids=service_ids(self.service_id, self.service_ids),
            order=partial(self.command, lasts),
        )


class HoldJson(Json, frozen=True, kw_only=True):
    """A hold."""

    id: UUID
    provider_id: UUID
    start: Timestamp
    end: Timestamp
    expires_at: Timestamp | None = None


_hold: Final = members(
    HoldBody,
    PlaceHold,
    given=("provider_id", "lasts"),
    unused=["salon_id"],
    service_ids=lambda body: service_ids(body.service_id, body.service_ids),
)
hold_json: Final = projection(Claim, HoldJson, start="span.start", end="span.end")
