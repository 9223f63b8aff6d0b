"""`/admin/refund-transfers`: bank transfers of refunds, at `/admin/payouts` too until version 2.0."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import RefundId
from booking_domain.use_cases.payments import refund_queries as queries
from booking_domain.use_cases.payments.refund_transfers import (
    approve_refund_transfer,
    return_refund_transfer,
    settle_refund_transfer,
)
from booking_domain.use_cases.payments.transfers import ApproveTransfer, ReturnTransfer, SettleTransfer
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import RefundTransfer
from entrypoints.http.kit.csv_cells import Columns, csv_response
from entrypoints.http.kit.documentation import alias, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.refunds.schemas import (
    COLUMNS,
    CSV,
    RETURN,
    SETTLE,
    ChosenRefundTransfersQuery,
    RefundTransferJson,
    RefundTransfersJson,
    RefundTransfersQuery,
    ReturnTransferBody,
    SettleTransferBody,
    exported_transfers_filter,
    refund_transfer_json,
    settle_members,
    transfers_filter,
)

_COLUMNS: Final[Columns[RefundTransfer]] = {
    "id": lambda transfer: transfer.id,
    "bookingReference": lambda transfer: transfer.booking_reference,
    **COLUMNS,
    "approvedAt": lambda transfer: transfer.transfer.approved_at,
}


@get("/", opt=documented(queries.list_refund_transfers, raises=(InvalidValue,)))
async def list_refund_transfers(
    params: Injected[RefundTransfersQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> RefundTransfersJson:
    """List refunds with the data for their transfers, oldest first unless `sort` says otherwise; for admins.

    `waitsFor` selects refunds that wait for the customer's bank details, an approval or the transfer, or that are done.
    """
    found = await queries.list_refund_transfers(actor, transfers_filter(params), reads.refund_transfers)
    return RefundTransfersJson.of(found, params.limit, refund_transfer_json, lambda transfer: transfer.id)


@get(
    "/export",
    media_type="text/csv",
    opt=documented(queries.list_refund_transfers, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
)
async def export_refund_transfers(
    params: Injected[ChosenRefundTransfersQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[str]:
    """Export refund transfers as a CSV file for the bank (RFC 4180, UTF-8); for admins.

    `?waitsFor=transfer` is the list of approved transfers. Amounts are in whole units of the currency.
    """
    return await csv_response(
        "refund-transfers",
        _COLUMNS,
        exported_transfers_filter(params),
        lambda chosen: queries.list_refund_transfers(actor, chosen, reads.refund_transfers),
        lambda transfer: transfer.id,
    )


@get("/{refund_id:str}", opt=documented(queries.get_refund_transfer))
async def get_refund_transfer(
    refund_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[RefundTransferJson]:
    """Return one transfer; for admins."""
    return await _shown(refund_id, actor, reads, if_none_match)


@post("/{refund_id:str}/approve", status_code=200, opt=documented(approve_refund_transfer))
async def approve_a_refund_transfer(
    refund_id: FromPath[UUID],
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[RefundTransferJson]:
    """Approve the transfer to the customer's bank account as it is now; for admins.

    An account that was entered within 48 hours is refused, unless an admin has confirmed it. After a later change of
    the account the transfer waits for a new approval. A second approval of the same account changes nothing.
    """
    command = ApproveTransfer(transfer_id=RefundId(refund_id), expected_version=expected_version(if_match))
    return await run(approve_refund_transfer, command, then=lambda: _shown(refund_id, actor, reads))


@post(
    "/{refund_id:str}/settle",
    status_code=200,
    opt=documented(settle_refund_transfer, body=SETTLE),
)
async def settle_a_refund_transfer(
    refund_id: FromPath[UUID],
    data: JSONBody[SettleTransferBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[RefundTransferJson]:
    """Close an approved transfer with the bank's reference; for admins. The refund is then `refunded`.

    A reference belongs to one refund. Repeating the request with the same reference changes nothing. If the bank
    account has changed since the approval, the answer is 409 `payout.approval_outdated`, unless `paidTo` is the account
    number that was approved: the bank had paid it before.
    """
    version = expected_version(if_match)
    command = SettleTransfer(transfer_id=RefundId(refund_id), expected_version=version, **settle_members(data))
    return await run(settle_refund_transfer, command, then=lambda: _shown(refund_id, actor, reads))


@post(
    "/{refund_id:str}/return",
    status_code=200,
    opt=documented(return_refund_transfer, body=RETURN),
)
async def return_a_refund_transfer(
    refund_id: FromPath[UUID],
    data: JSONBody[ReturnTransferBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[RefundTransferJson]:
    """Record that an approved transfer failed; for admins. The customer is notified of the reason.

    Once the customer has checked their bank account, approve the refund again.
    """
    version = expected_version(if_match)
    command = ReturnTransfer(transfer_id=RefundId(refund_id), reason=data.reason, expected_version=version)
    return await run(return_refund_transfer, command, then=lambda: _shown(refund_id, actor, reads))


async def _shown(
    refund_id: UUID, actor: Actor, reads: Reads, if_none_match: str | None = None
) -> Response[RefundTransferJson]:
    view = await queries.get_refund_transfer(actor, RefundId(refund_id), reads.refund_transfers)
    return unless_known(refund_transfer_json(view), etag(view.transfer.version), if_none_match)


_HANDLERS: Final = [
    list_refund_transfers,
    export_refund_transfers,
    get_refund_transfer,
    approve_a_refund_transfer,
    settle_a_refund_transfer,
    return_a_refund_transfer,
]
routers: Final = (
    Router("/admin/refund-transfers", route_handlers=_HANDLERS),
    Router("/admin/payouts", route_handlers=_HANDLERS, opt=alias("RefundTransfer", "Payout")),
)
