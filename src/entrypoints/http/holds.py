"""`/holds`: place and release holds."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, delete, post
from litestar.params import FromPath, JSONBody

from booking_domain.scheduling.claims import Claim
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ProviderId, SalonId, ServiceId
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider, hold_with_any_provider
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold, release_hold
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import (
    AnyProviderOf,
    Body,
    Instant,
    Json,
    LengthMinutes,
    ServiceIds,
    Timestamp,
    provider_or_salon,
    service_ids,
)
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.running import Run


class HoldBody(Body, frozen=True, kw_only=True):
    """A slot to hold: of a provider, or of a salon, with any of its providers who offers the services."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    slot: Instant
    duration_minutes: LengthMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()

    def command(self, provider_id: ProviderId) -> PlaceHold:
        """Return the command for a provider."""
        return PlaceHold(provider_id=provider_id, **_hold(self))

    def with_any(self, salon_id: SalonId) -> WithAnyProvider[PlaceHold]:
        """Return the command for any provider of a salon."""
        return WithAnyProvider(
            salon_id=salon_id,
            slot=self.slot,
            service_ids=service_ids(self.service_id, self.service_ids),
            order=self.command,
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
    given=["provider_id"],
    unused=["salon_id"],
    service_ids=lambda body: service_ids(body.service_id, body.service_ids),
)
hold_json: Final = projection(Claim, HoldJson, start="span.start", end="span.end")


_PLACE: Final = {"providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "slot": "2026-11-23T10:00:00+08:00"}


@post(
    "/",
    opt=documented(place_hold, hold_with_any_provider, raises=(InvalidValue,), body=_PLACE),
    operation_id="placeHold",
)
async def hold_slot(data: JSONBody[HoldBody], run: Injected[Run]) -> Response[HoldJson]:
    """Hold a slot for a few minutes. A customer has at most three holds.

    With `salonId` instead of `providerId`, the slot is held with the least busy provider of the salon who is free and
    offers the services. The answer's `providerId` names the provider.
    """
    whom = provider_or_salon(data.provider_id, data.salon_id)
    if isinstance(whom, AnyProviderOf):
        return await run(hold_with_any_provider, data.with_any(whom.salon_id), answer=hold_json)
    return await run(place_hold, data.command(whom), answer=hold_json)


@delete("/{hold_id:str}", opt=documented(release_hold), operation_id="releaseHold")
async def release(hold_id: FromPath[ClaimId], run: Injected[Run]) -> None:
    """Release a hold of the caller."""
    await run(release_hold, hold_id)


routes: Final = Router(
    "/holds",
    route_handlers=[hold_slot, release],
    opt=about("holds", "Slots that are kept for a customer for some minutes."),
)
