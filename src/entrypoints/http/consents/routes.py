"""`/providers/me/consent-code`, and `/booking-consents` of providers and customers."""

from typing import Final

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.bookings.consents import ConsentId
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.consents import (
    change_consent_code,
    get_consent_code,
    grant_consent,
    list_given_consents,
    list_received_consents,
    remove_consent_code,
    revoke_consent,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.consents.schemas import (
    CONSENTS,
    GRANT,
    ConsentCodeJson,
    GivenConsentJson,
    GivenConsentsJson,
    GrantConsentBody,
    ReceivedConsentsJson,
    code_json,
    given_json,
    received_json,
)
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import CONFIDENTIAL, IdempotentRunner
from entrypoints.http.kit.identities import Run
from entrypoints.http.kit.injection import Injected


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
async def grant(data: JSONBody[GrantConsentBody], runner: Injected[IdempotentRunner]) -> Response[GivenConsentJson]:
    """Let a provider place bookings for you, with the code that they gave you.

    You are notified of each booking that is placed for you, and can cancel it. Both sides are notified of the consent.
    A wrong code and an unknown provider get the same answer.
    """
    return await runner.created(grant_consent, data.command(), answer=given_json)


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
