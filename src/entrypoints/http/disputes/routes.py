"""`/disputes`: open, read, make statements, withdraw; `/admin/disputes`: open for a party, list, export, resolve."""

from typing import Final

from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, JSONBody

from booking_domain.disputes.model import DisputeId
from booking_domain.disputes.ports import DisputeFilter, DisputeView
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.disputes import queries
from booking_domain.use_cases.disputes.commands import (
    MakeStatement,
    ResolveDispute,
    WithdrawDispute,
    make_statement,
    open_dispute,
    open_dispute_for,
    resolve_dispute,
    withdraw_dispute,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.disputes.schemas import (
    CSV,
    DISPUTES,
    OPEN,
    OPEN_FOR,
    RESOLVE,
    STATEMENT,
    ChosenDisputesQuery,
    DisputeCaseJson,
    DisputeJson,
    DisputesJson,
    DisputesQuery,
    OpenDisputeBody,
    OpenDisputeForBody,
    OwnDisputesQuery,
    ResolveBody,
    StatementBody,
    case_json,
    decision,
    dispute_json,
    disputes_filter,
    disputes_json,
    evidence,
    exported_disputes_filter,
    opening,
    opening_for,
    own_disputes_members,
)
from entrypoints.http.kit.csv_cells import Columns, csv_response
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run

_COLUMNS: Final[Columns[DisputeView]] = {
    "id": lambda view: view.dispute.id,
    "bookingReference": lambda view: view.booking_reference,
    "status": lambda view: view.dispute.status,
    "openedBy": lambda view: view.dispute.opened_by,
    "byAdmin": lambda view: view.dispute.by_admin,
    "bookingWas": lambda view: view.dispute.booking_was,
    "customer": lambda view: view.customer_name,
    "provider": lambda view: view.provider_name,
    "openedAt": lambda view: view.dispute.opened_at,
    "statementDueAt": lambda view: view.dispute.statement_due_at,
    "decisionDueAt": lambda view: view.dispute.decision_due_at,
    "closedAt": lambda view: view.dispute.closed_at,
    "resolution": lambda view: view.dispute.verdict and view.dispute.verdict.resolution,
    "refundAmount": lambda view: view.dispute.verdict and view.dispute.verdict.refund.decimal(),
    "currency": lambda view: view.dispute.verdict and view.dispute.verdict.refund.currency,
    "bookingStatus": lambda view: view.dispute.verdict and view.dispute.verdict.booking_status,
}


@post("/disputes", opt=documented(open_dispute, body=OPEN))
async def open_a_dispute(
    data: JSONBody[OpenDisputeBody],
    actor: Injected[Actor],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
) -> Response[DisputeJson]:
    """Dispute one of your bookings, at most 14 days after its end.

    The booking must be confirmed, completed, cancelled or a no-show. It becomes `disputed`, and none of its money is
    paid out until the dispute ends. The other party is asked for a statement.
    """
    return await run(open_dispute, opening(data), answer=lambda shown: dispute_json(shown, actor, object_storage))


@get("/disputes", opt=documented(queries.list_own_disputes))
async def list_my_disputes(
    params: Injected[OwnDisputesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> DisputesJson:
    """List the disputes about your bookings, newest first."""
    chosen = DisputeFilter(party_id=actor.id, **own_disputes_members(params))
    found = await queries.list_own_disputes(actor, chosen, reads.disputes)
    return disputes_json(found, params.limit, actor)


@get("/disputes/{dispute_id:str}", opt=documented(queries.get_dispute))
async def get_dispute(
    dispute_id: FromPath[DisputeId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_none_match: IfNoneMatch = None,
) -> Response[DisputeJson]:
    """Return a dispute with its statements; for both parties and admins. URLs of images expire after some minutes."""
    shown = await queries.get_dispute(actor, dispute_id, reads)
    answer, tag = dispute_json(shown, actor, object_storage), etag(shown.view.dispute.version)
    # The URLs of images expire, so a client's cached copy goes stale.
    return unless_known(answer, tag, None if shown.images else if_none_match)


@post(
    "/disputes/{dispute_id:str}/statements",
    opt=documented(make_statement, body=STATEMENT),
    operation_id="addDisputeStatement",
)
async def make_a_statement(
    dispute_id: FromPath[DisputeId],
    data: JSONBody[StatementBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
) -> Response[DisputeJson]:
    """Add a statement to an open dispute about your booking. The other party is notified."""
    return await run(
        make_statement,
        MakeStatement(dispute_id=dispute_id, evidence=evidence(data)),
        answer=lambda shown: dispute_json(shown, actor, object_storage),
    )


@post("/disputes/{dispute_id:str}/withdraw", status_code=200, opt=documented(withdraw_dispute))
async def withdraw_a_dispute(
    dispute_id: FromPath[DisputeId],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[DisputeJson]:
    """Withdraw your dispute. The booking returns to its former status."""

    async def shown() -> Response[DisputeJson]:
        found = await queries.get_dispute(actor, dispute_id, reads)
        json = dispute_json(found, actor, object_storage)
        return Response(json, status_code=200, headers=etag(found.view.dispute.version))

    return await run(
        withdraw_dispute,
        WithdrawDispute(dispute_id=dispute_id, expected_version=expected_version(if_match)),
        then=shown,
    )


@post("/admin/disputes", opt=documented(open_dispute_for, body=OPEN_FOR))
async def open_a_dispute_for_a_party(
    data: JSONBody[OpenDisputeForBody],
    actor: Injected[Actor],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
) -> Response[DisputeJson]:
    """Dispute a booking for its customer or provider; for admins. Both parties are notified."""
    return await run(
        open_dispute_for, opening_for(data), answer=lambda shown: dispute_json(shown, actor, object_storage)
    )


@get("/admin/disputes", opt=documented(queries.list_disputes, raises=(InvalidValue,)))
async def list_disputes(
    params: Injected[DisputesQuery], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> DisputesJson:
    """List disputes; for admins. `overdue` selects open ones whose decision is overdue."""
    found = await queries.list_disputes(actor, disputes_filter(params, clock.now()), reads.disputes)
    return disputes_json(found, params.limit, actor)


@get(
    "/admin/disputes/export",
    media_type="text/csv",
    opt=documented(queries.list_disputes, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
)
async def export_disputes(
    params: Injected[ChosenDisputesQuery], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[str]:
    """Export disputes as a CSV file (RFC 4180, UTF-8); for admins. Amounts are in whole units of the currency."""
    return await csv_response(
        "disputes",
        _COLUMNS,
        exported_disputes_filter(params, clock.now()),
        lambda chosen: queries.list_disputes(actor, chosen, reads.disputes),
        lambda view: view.dispute.id,
    )


@get("/admin/disputes/{dispute_id:str}", opt=documented(queries.get_dispute_case))
async def get_dispute_case(
    dispute_id: FromPath[DisputeId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> Response[DisputeCaseJson]:
    """Return a dispute with all evidence; for admins.

    The evidence is the booking and its events, the cancellation policy at the time of booking, the statements, all
    payments and refunds, the parties, and other disputes about the booking. `money.refundableAmount` is the most that a
    decision can refund.
    """
    return await _case(dispute_id, actor, reads, object_storage)


@patch("/admin/disputes/{dispute_id:str}", opt=documented(resolve_dispute, body=RESOLVE))
async def resolve_a_dispute(
    dispute_id: FromPath[DisputeId],
    data: JSONBody[ResolveBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[DisputeCaseJson]:
    """Decide a dispute, once; for admins. The same decision again changes nothing.

    The refund is scheduled; it is at most the amount paid less refunds made or pending. The booking gets the status
    `bookingStatus`. A cancelled booking that the decision keeps occupies its time again, if that is still free.
    """
    await run(
        resolve_dispute,
        ResolveDispute(dispute_id=dispute_id, expected_version=expected_version(if_match), **decision(data)),
    )
    return await _case(dispute_id, actor, reads, object_storage)


async def _case(
    dispute_id: DisputeId, actor: Actor, reads: Reads, object_storage: ObjectLinks
) -> Response[DisputeCaseJson]:
    case = await queries.get_dispute_case(actor, dispute_id, reads)
    return Response(case_json(case, actor, object_storage), headers=etag(case.shown.view.dispute.version))


routes: Final = Router(
    "/",
    route_handlers=[
        open_a_dispute,
        list_my_disputes,
        get_dispute,
        make_a_statement,
        withdraw_a_dispute,
        open_a_dispute_for_a_party,
        list_disputes,
        export_disputes,
        get_dispute_case,
        resolve_a_dispute,
    ],
    opt=about("disputes", "Disputes about bookings.") | exporting(DISPUTES),
)
