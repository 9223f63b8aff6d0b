"""`/admin/provider-payouts`: bank transfers to providers."""

from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderPayoutId
from booking_domain.use_cases.payments import earnings_queries as queries
from booking_domain.use_cases.payments.provider_payouts import (
    CancelProviderPayout,
    approve_provider_payout,
    cancel_provider_payout,
    return_provider_payout,
    settle_provider_payout,
    start_provider_payout,
)
from booking_domain.use_cases.payments.transfers import ApproveTransfer, ReturnTransfer, SettleTransfer
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.earnings import statements
from entrypoints.http.earnings.schemas import (
    PAYOUTS_CSV,
    SETTLE,
    START,
    ChosenProviderPayoutsQuery,
    ProviderPayoutJson,
    ProviderPayoutsJson,
    ProviderPayoutsQuery,
    StartedPayoutJson,
    StartPayoutBody,
    exported_payouts_filter,
    payouts_filter,
    provider_payout_json,
    start_command,
    started_payout_json,
)
from entrypoints.http.kit.csv_cells import csv_response
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.refunds.schemas import RETURN, ReturnTransferBody, SettleTransferBody, settle_members


@post(
    "/admin/provider-payouts",
    opt=documented(start_provider_payout, body=START, headers=("Location",)),
)
async def start_payout_to_provider(data: JSONBody[StartPayoutBody], run: Injected[Run]) -> Response[StartedPayoutJson]:
    """Start a payout to a provider: of everything owed in the currency, or of `amount`; for admins.

    The amount leaves the provider's balance at once, so that it is not paid out twice.
    """
    return await run(start_provider_payout, start_command(data), answer=started_payout_json, location=True)


@get(
    "/admin/provider-payouts",
    opt=documented(queries.list_provider_payouts, raises=(InvalidValue,)),
)
async def list_payouts_to_providers(
    params: Injected[ProviderPayoutsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ProviderPayoutsJson:
    """List payouts to providers with the data for their transfers, oldest first by default; for admins."""
    found = await queries.list_provider_payouts(actor, payouts_filter(params), reads.provider_payouts)
    return ProviderPayoutsJson.of(found, params.limit, provider_payout_json, lambda view: view.id)


@get(
    "/admin/provider-payouts/export",
    media_type="text/csv",
    opt=documented(
        queries.list_provider_payouts,
        raises=(InvalidValue,),
        answer=PAYOUTS_CSV,
        headers=("Content-Disposition",),
    ),
)
async def export_payouts_to_providers(
    params: Injected[ChosenProviderPayoutsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[str]:
    """Export payouts to providers as a CSV file for the bank (RFC 4180, UTF-8); for admins.

    `?waitsFor=transfer` is the list of approved transfers. Amounts are in whole units of the currency.
    """
    return await csv_response(
        "provider-payouts",
        statements.PAYOUTS,
        exported_payouts_filter(params),
        lambda chosen: queries.list_provider_payouts(actor, chosen, reads.provider_payouts),
        lambda view: view.id,
    )


@get("/admin/provider-payouts/{payout_id:str}", opt=documented(queries.get_provider_payout))
async def get_payout_to_provider(
    payout_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[ProviderPayoutJson]:
    """Return one payout to a provider; for admins."""
    return await _shown(payout_id, actor, reads, if_none_match)


@post(
    "/admin/provider-payouts/{payout_id:str}/approve",
    status_code=200,
    opt=documented(approve_provider_payout),
)
async def approve_payout_to_provider(
    payout_id: FromPath[UUID],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderPayoutJson]:
    """Approve the transfer to the provider's bank account as it is now; for admins. It waits as refunds do.

    A later change of the account does not redirect the transfer. A second approval changes nothing.
    """
    command = ApproveTransfer(transfer_id=ProviderPayoutId(payout_id), expected_version=expected_version(if_match))
    return await run(approve_provider_payout, command, then=lambda: _shown(payout_id, actor, reads))


@post(
    "/admin/provider-payouts/{payout_id:str}/cancel",
    status_code=200,
    opt=documented(cancel_provider_payout),
)
async def cancel_payout_to_provider(
    payout_id: FromPath[UUID],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderPayoutJson]:
    """Cancel a payout whose transfer is not approved yet: the provider is owed the amount again; for admins.

    Repeating the request changes nothing.
    """
    command = CancelProviderPayout(payout_id=ProviderPayoutId(payout_id), expected_version=expected_version(if_match))
    return await run(cancel_provider_payout, command, then=lambda: _shown(payout_id, actor, reads))


@post(
    "/admin/provider-payouts/{payout_id:str}/settle",
    status_code=200,
    opt=documented(settle_provider_payout, body=SETTLE),
)
async def settle_payout_to_provider(
    payout_id: FromPath[UUID],
    data: JSONBody[SettleTransferBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderPayoutJson]:
    """Close an approved transfer with the bank's reference; for admins. The payout is then `paid`.

    A reference belongs to one transfer, to a customer or to a provider. Repeating the request with the same reference
    changes nothing. If the bank account has changed since the approval, `paidTo` is needed, as for refunds. The
    provider is notified.
    """
    version = expected_version(if_match)
    command = SettleTransfer(transfer_id=ProviderPayoutId(payout_id), expected_version=version, **settle_members(data))
    return await run(settle_provider_payout, command, then=lambda: _shown(payout_id, actor, reads))


@post(
    "/admin/provider-payouts/{payout_id:str}/return",
    status_code=200,
    opt=documented(return_provider_payout, body=RETURN),
)
async def return_payout_to_provider(
    payout_id: FromPath[UUID],
    data: JSONBody[ReturnTransferBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[ProviderPayoutJson]:
    """Record that an approved transfer failed; for admins. The provider is notified of the reason.

    Once the provider has checked their bank account, approve the payout again; or cancel it.
    """
    version = expected_version(if_match)
    command = ReturnTransfer(transfer_id=ProviderPayoutId(payout_id), reason=data.reason, expected_version=version)
    return await run(return_provider_payout, command, then=lambda: _shown(payout_id, actor, reads))


async def _shown(
    payout_id: UUID, actor: Actor, reads: Reads, if_none_match: str | None = None
) -> Response[ProviderPayoutJson]:
    view = await queries.get_provider_payout(actor, ProviderPayoutId(payout_id), reads.provider_payouts)
    return unless_known(provider_payout_json(view), etag(view.transfer.version), if_none_match)


payout_routes: Final = (
    start_payout_to_provider,
    list_payouts_to_providers,
    export_payouts_to_providers,
    get_payout_to_provider,
    approve_payout_to_provider,
    cancel_payout_to_provider,
    settle_payout_to_provider,
    return_payout_to_provider,
)
