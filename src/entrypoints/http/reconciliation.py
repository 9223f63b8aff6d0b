"""`/admin/reconciliation`: how the gateways' books differ from the platform's, for admins."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from booking_domain.payments.gateways import Gateways
from booking_domain.reconciliation.model import (
    MAX_NOTE,
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    RunId,
    RunStatus,
)
from booking_domain.reconciliation.model import Run as ReconciliationRun
from booking_domain.reconciliation.ports import FindingFilter, FindingOrder, RunFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.reconciliation import runs as queries
from booking_domain.use_cases.reconciliation.runs import CloseFinding, RequestRun, close_finding, request_run
from entrypoints.http.kit.csv_cells import FIRST_ROWS, Columns, csv_response
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.fields import Amount, Body, Cursor, GatewayName, Json, Limit, Timestamp, given_or_none
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import PERIOD, PeriodQuery
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run


class CloseFindingBody(Body, frozen=True, kw_only=True):
    """The action taken about a finding."""

    note: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]


class RequestRunBody(Body, frozen=True, kw_only=True):
    """The day to reconcile."""

    day: Annotated[date, Meta(description="In the time zone of the gateway. The day must be over, and 2020 or later.")]
    gateway: GatewayName | UnsetType = UNSET
    """By default the gateway of new payments."""


class ChosenFindingsQuery(PeriodQuery, frozen=True, kw_only=True):
    """A filter of findings; `from` and `to` select by the time of finding."""

    status: FindingStatus | None = None
    kind: FindingKind | None = None
    gateway: GatewayName | None = None
    run_id: RunId | None = None
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    sort: FindingOrder = FindingOrder.NEWEST


class FindingsQuery(ChosenFindingsQuery, frozen=True, kw_only=True):
    """A page of findings."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


class RunsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of runs."""

    status: RunStatus | None = None
    gateway: GatewayName | None = None


_CHOSEN: Final[dict[str, Any]] = {"order": "sort", **PERIOD}
_findings: Final = projection(FindingsQuery, FindingFilter, **_CHOSEN, **PAGE_AND_ONE)
_exported: Final = projection(ChosenFindingsQuery, FindingFilter, **_CHOSEN, **FIRST_ROWS)
_runs: Final = projection(RunsQuery, RunFilter, **PAGE_AND_ONE)


class FindingJson(Json, frozen=True, kw_only=True):
    """A difference between a gateway's books and the platform's."""

    id: UUID
    run_id: UUID
    gateway: str
    kind: FindingKind
    status: FindingStatus
    payment_reference: str
    """The gateway's id of the payment, or of the invoice if the gateway has no such payment."""
    invoice_reference: str
    """The gateway's id of the invoice."""
    reported_amount: int
    """What the gateway reports."""
    counted_amount: int
    """The amount in the platform's books when the difference was found."""
    currency: str
    paid_at: Timestamp | None = None
    """When it was paid."""
    transaction_id: UUID | None = None
    booking_id: UUID | None = None
    note: str
    created_at: Timestamp
    settled_at: Timestamp | None = None
    """When it was repaired or closed."""
    version: int


class FindingsJson(Page[FindingJson], frozen=True, kw_only=True):
    """A page of findings."""


class RunJson(Json, frozen=True, kw_only=True):
    """A run, with its findings once it is finished."""

    id: UUID
    gateway: str
    day: date
    """The day that was reconciled."""
    time_zone: str
    status: RunStatus
    attempts: int
    listed: int
    """Payments in the gateway's list."""
    repaired: int
    """Findings that are repaired."""
    open: int
    """Findings that were open at its end."""
    created_at: Timestamp
    retry_at: Timestamp | None = None
    """When it is tried again."""
    finished_at: Timestamp | None = None
    """When it ended."""
    version: int


class RunsJson(Page[RunJson], frozen=True, kw_only=True):
    """A page of runs."""


finding_json: Final = projection(
    Finding, FindingJson, payment_reference="reference", currency="reported.currency", transaction_id="payment_id"
)
"""Show a finding."""


run_json: Final = projection(ReconciliationRun, RunJson, time_zone="zone")
"""Show a run."""


_COLUMNS: Final[Columns[Finding]] = {
    "id": lambda finding: finding.id,
    "gateway": lambda finding: finding.gateway,
    "kind": lambda finding: finding.kind,
    "status": lambda finding: finding.status,
    "paymentReference": lambda finding: finding.reference,
    "invoiceReference": lambda finding: finding.invoice_reference,
    "reported": lambda finding: finding.reported.decimal(),
    "counted": lambda finding: finding.counted.decimal(),
    "currency": lambda finding: finding.reported.currency,
    "paidAt": lambda finding: finding.paid_at,
    "transactionId": lambda finding: finding.payment_id,
    "bookingId": lambda finding: finding.booking_id,
    "note": lambda finding: finding.note,
    "createdAt": lambda finding: finding.created_at,
    "settledAt": lambda finding: finding.settled_at,
}


# Examples for the API's documentation.
CLOSE: Final[dict[str, Any]] = {"note": "Paid at the desk with the old terminal; entered in the cash book."}
REQUEST: Final[dict[str, Any]] = {"day": "2026-11-21"}
CSV: Final = (
    ",".join(_COLUMNS) + "\r\n0199f3d0-4b20-7c31-9d55-7fac1e802b71,qpay,unknown_invoice,open,512345678901234,"
    "7d1f3c0e-5a2b-4c19-9e41-8f0b3c5a9e2d,20000.00,0.00,MNT,2026-11-21T09:30:00+00:00,,,,2026-11-21T16:17:05+00:00,\r\n"
)


@get(
    "/",
    opt=documented(queries.list_findings, raises=(InvalidValue,)),
    operation_id="listReconciliationFindings",
)
async def list_findings(
    params: Injected[FindingsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> FindingsJson:
    """List the differences between the gateways' books and the platform's; for admins.

    `repaired`: the books agree again. `open`: an admin has to act and then close the finding. Amounts are in minor
    units.
    """
    found = await queries.list_findings(actor, _findings(params), reads.reconciliation)
    return FindingsJson.of(found, params.limit, finding_json, lambda finding: finding.id)


@get(
    "/export",
    media_type="text/csv",
    opt=documented(queries.list_findings, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
    operation_id="exportReconciliationFindings",
)
async def export_findings(
    params: Injected[ChosenFindingsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[str]:
    """Export findings as a CSV file (RFC 4180, UTF-8); for admins. Amounts are in whole units of the currency."""
    return await csv_response(
        "reconciliation",
        _COLUMNS,
        _exported(params),
        lambda chosen: queries.list_findings(actor, chosen, reads.reconciliation),
        lambda finding: finding.id,
    )


@get(
    "/runs",
    opt=documented(queries.list_runs),
    operation_id="listReconciliationRuns",
)
async def list_runs(params: Injected[RunsQuery], actor: Injected[Actor], reads: Injected[Reads]) -> RunsJson:
    """List runs of the reconciliation, newest first; for admins."""
    found = await queries.list_runs(actor, _runs(params), reads.reconciliation)
    return RunsJson.of(found, params.limit, run_json, lambda run: run.id)


@post("/runs", opt=documented(request_run, body=REQUEST), operation_id="requestReconciliationRun")
async def request_a_run(
    data: JSONBody[RequestRunBody], run: Injected[Run], gateways: Injected[Gateways]
) -> Response[RunJson]:
    """Request the reconciliation of a past day, even if it was reconciled before; for admins. The worker runs it."""
    command = RequestRun.of(gateways, given_or_none(data.gateway), data.day)
    return await run(request_run, command, answer=run_json)


@get("/runs/{run_id:str}", opt=documented(queries.get_run), operation_id="getReconciliationRun")
async def get_run(
    run_id: FromPath[RunId], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[RunJson]:
    """Return one run; for admins."""
    run = await queries.get_run(actor, run_id, reads.reconciliation)
    return unless_known(run_json(run), etag(run.version), if_none_match)


@get("/{finding_id:str}", opt=documented(queries.get_finding), operation_id="getReconciliationFinding")
async def get_finding(
    finding_id: FromPath[FindingId], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[FindingJson]:
    """Return one finding; for admins."""
    finding = await queries.get_finding(actor, finding_id, reads.reconciliation)
    return unless_known(finding_json(finding), etag(finding.version), if_none_match)


@post(
    "/{finding_id:str}/close",
    status_code=200,
    opt=documented(close_finding, body=CLOSE),
    operation_id="closeReconciliationFinding",
)
async def close_a_finding(
    finding_id: FromPath[FindingId],
    data: JSONBody[CloseFindingBody],
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[FindingJson]:
    """Close an open finding with a note of what was done; for admins. Repeating the same note changes nothing."""
    command = CloseFinding(finding_id=finding_id, note=data.note, expected_version=expected_version(if_match))
    return await run(close_finding, command, answer=finding_json)


routes: Final = Router(
    "/admin/reconciliation",
    route_handlers=[
        list_findings,
        export_findings,
        list_runs,
        request_a_run,
        get_run,
        get_finding,
        close_a_finding,
    ],
)
