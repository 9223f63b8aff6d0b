"""`/providers/me/consent-code`, and `/booking-consents` of providers and customers."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.bookings.consents import MAX_CODE_LENGTH, ConsentCode, ConsentId, ConsentStatus, ConsentView
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.consents import (
    GrantConsent,
    change_consent_code,
    get_consent_code,
    grant_consent,
    list_given_consents,
    list_received_consents,
    remove_consent_code,
    revoke_consent,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, Json, Timestamp, one_of
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run


class GrantConsentBody(Body, frozen=True, kw_only=True):
    """The provider, and the code that they gave to the caller."""

    provider_id: ProviderId
    code: Annotated[str, Meta(min_length=1, max_length=MAX_CODE_LENGTH)]


_grant: Final = projection(GrantConsentBody, GrantConsent)


class ConsentCodeJson(Json, frozen=True, kw_only=True):
    """The code that a provider gives to customers."""

    provider_id: UUID
    code: str
    created_at: Timestamp


class ConsentedProviderJson(Json, frozen=True, kw_only=True):
    """The provider of a consent."""

    id: UUID
    display_name: str


class ConsentingCustomerJson(Json, frozen=True, kw_only=True):
    """The customer of a consent."""

    id: UUID
    name: str


class GivenConsentJson(Json, frozen=True, kw_only=True):
    """A consent as its customer sees it: `granted` or `revoked`."""

    provider: ConsentedProviderJson
    status: Annotated[str, one_of(ConsentStatus)]
    changed_at: Timestamp
    created_at: Timestamp


class ReceivedConsentJson(Json, frozen=True, kw_only=True):
    """A consent as its provider sees it: `granted` or `revoked`."""

    customer: ConsentingCustomerJson
    status: Annotated[str, one_of(ConsentStatus)]
    changed_at: Timestamp
    created_at: Timestamp


class GivenConsentsJson(Page[GivenConsentJson], frozen=True, kw_only=True):
    """A page of the caller's consents."""


class ReceivedConsentsJson(Page[ReceivedConsentJson], frozen=True, kw_only=True):
    """A page of the consents about the caller as a provider."""


code_json: Final = projection(ConsentCode, ConsentCodeJson)
"""Show a code to its provider."""


given_json: Final = projection(
    ConsentView,
    GivenConsentJson,
    within="consent",
    provider=projection(ConsentView, ConsentedProviderJson, id="consent.provider_id", display_name="provider_name"),
)
"""Show a consent to its customer."""


received_json: Final = projection(
    ConsentView,
    ReceivedConsentJson,
    within="consent",
    customer=projection(ConsentView, ConsentingCustomerJson, id="consent.customer_id", name="customer_name"),
)
"""Show a consent to its provider."""


CONSENTS: Final = items(
    "booking_consents",
    GivenConsentJson,
    lambda source, after: source.reads.booking_consents.of_customer(source.user.id, after, source.page),
    given_json,
    about="The providers who may book for the user.",
)
"""The section of the export."""


# Examples for the API's documentation.
CODE: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "code": "7F3K9QXW2M",
    "createdAt": "2026-11-20T03:15:00Z",
}
GRANT: Final[dict[str, Any]] = {"providerId": CODE["providerId"], "code": CODE["code"]}


@post(
    "/providers/me/consent-code",
    opt=documented(change_consent_code, no_idempotency_key=CONFIDENTIAL),
    operation_id="renewConsentCode",
)
async def change_code(run: Injected[Run]) -> ConsentCodeJson:
    """Create or replace your consent code.

    Give it to customers, in person or in a link to your app with `providerId` and `code`. A customer who sends it
    consents to bookings that you place for them. A code is valid until you replace or remove it; consents stay valid
    after that. `GET` shows the code.
    """
    return code_json(await run(change_consent_code, None))


@get("/providers/me/consent-code", opt=documented(get_consent_code), operation_id="getConsentCode")
async def get_code(actor: Injected[Actor], reads: Injected[Reads]) -> ConsentCodeJson:
    """Get your consent code."""
    return code_json(await get_consent_code(actor, reads))


@delete("/providers/me/consent-code", opt=documented(remove_consent_code), operation_id="deleteConsentCode")
async def remove_code(run: Injected[Run]) -> None:
    """Remove your consent code. Consents stay."""
    await run(remove_consent_code, None)


@get(
    "/providers/me/booking-consents",
    opt=documented(list_received_consents),
    operation_id="listReceivedConsents",
)
async def list_received(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ReceivedConsentsJson:
    """List the customers who have granted or revoked consent to bookings that you place for them, newest first."""
    found = await list_received_consents(actor, params.after(ConsentId), params.limit + 1, reads)
    return ReceivedConsentsJson.of(found, params.limit, received_json, lambda view: view.id)


@post("/users/me/booking-consents", opt=documented(grant_consent, body=GRANT), operation_id="grantConsent")
async def grant(data: JSONBody[GrantConsentBody], run: Injected[Run]) -> Response[GivenConsentJson]:
    """Let a provider place bookings for you, with the code that they gave you.

    You are notified of each booking that is placed for you, and can cancel it. Both sides are notified of the consent.
    A wrong code and an unknown provider get the same answer.
    """
    return await run(grant_consent, _grant(data), answer=given_json)


@get(
    "/users/me/booking-consents",
    opt=documented(list_given_consents),
    operation_id="listGivenConsents",
)
async def list_given(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> GivenConsentsJson:
    """List the providers for whom you have granted or revoked consent, newest first."""
    found = await list_given_consents(actor, params.after(ConsentId), params.limit + 1, reads)
    return GivenConsentsJson.of(found, params.limit, given_json, lambda view: view.id)


@delete("/users/me/booking-consents/{provider_id:str}", opt=documented(revoke_consent), operation_id="revokeConsent")
async def revoke(provider_id: FromPath[ProviderId], run: Injected[Run]) -> None:
    """Revoke your consent: the provider can no longer place bookings for you, even if you have booked there before.

    Bookings that you have already stay; you can cancel them. Booking there yourself stays possible.
    """
    await run(revoke_consent, provider_id)


routes: Final = Router(
    "/",
    route_handlers=[change_code, get_code, remove_code, list_received, grant, list_given, revoke],
    opt=exporting(CONSENTS),
)
