"""The JSON of holds."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from booking_domain.scheduling.claims import Claim
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider
from booking_domain.use_cases.scheduling.holds import PlaceHold
from entrypoints.http.kit.fields import Body, Instant, Json, ServiceIds, SomeMinutes, Timestamp, service_ids


class HoldBody(Body, frozen=True, kw_only=True):
    """A slot to hold: of a provider, or of a salon, with any of its providers who offers the services."""

    provider_id: UUID | None = None
    salon_id: UUID | None = None
    slot: Instant
    duration_minutes: SomeMinutes | None = None
    service_id: UUID | None = None
    service_ids: ServiceIds = ()

    def command(self, lasts: timedelta, provider_id: ProviderId) -> PlaceHold:
        """Return the command for a provider."""
        return PlaceHold(
            provider_id=provider_id,
            slot=self.slot,
            duration_minutes=self.duration_minutes,
            service_ids=service_ids(self.service_id, self.service_ids),
            lasts=lasts,
        )

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


def hold_json(hold: Claim) -> HoldJson:
    """Show a hold."""
    return HoldJson(
        id=hold.id,
        provider_id=hold.provider_id,
        start=hold.span.start,
        end=hold.span.end,
        expires_at=hold.expires_at,
    )
