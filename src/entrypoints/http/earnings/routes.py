"""`/providers/me/earnings`, `/providers/me/payouts`, and for admins `/admin/earnings` and `/admin/commission`."""

from datetime import datetime
from typing import Final
from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.payments.earnings import EarningView, Period, StatementTooLong
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.documents import Document, Documents
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import EarningId, ProviderId, ProviderPayoutId
from booking_domain.shared.languages import FALLBACK
from booking_domain.use_cases.payments import earnings_queries as queries
from booking_domain.use_cases.payments.earnings import AdjustEarnings, adjust_earnings, set_commission
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter, Reads
from booking_domain.use_cases.platform.views import ProviderPayoutView
from entrypoints.http.earnings import statements
from entrypoints.http.earnings.payouts import payout_routes
from entrypoints.http.earnings.schemas import (
    ADJUST,
    BALANCES_CSV,
    SET_COMMISSION,
    STATEMENT,
    AdjustmentBody,
    BalancesJson,
    CommissionBody,
    CommissionJson,
    CommissionQuery,
    EarningJson,
    EarningsQuery,
    OwnPayoutJson,
    OwnPayoutsJson,
    ProviderAccountJson,
    StatementFileQuery,
    StatementFormat,
    account_json,
    adjust_members,
    balances_json,
    commission_command,
    commission_json,
    earning_json,
    earnings_selection,
    own_payout_json,
)
from entrypoints.http.earnings.statements import MOST, statement_document
from entrypoints.http.kit.csv_cells import PAGE, attachment
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.documents import PDF, file_of
from entrypoints.http.kit.exporting import ExportSource, exporting, items
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.turns import TURN_ERRORS, Turn


@get("/providers/me/earnings", opt=documented(queries.get_own_earnings, raises=(InvalidValue,)))
async def get_my_earnings(
    params: Injected[EarningsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ProviderAccountJson:
    """Return the earnings of your profile in a period: the entries, and by currency the totals and the held money.

    Once a booking is over, its money less commission is added; a later refund or dispute takes it back. New entries
    appear within about a minute.
    """
    return account_json(await queries.get_own_earnings(actor, earnings_selection(params), reads), params.limit)


@get(
    "/providers/me/earnings/export",
    media_type="text/csv",
    opt=documented(
        queries.get_own_earnings,
        raises=(InvalidValue, StatementTooLong, *TURN_ERRORS),
        answer=STATEMENT,
        files=(PDF,),
        headers=("Content-Disposition",),
    ),
)
async def export_my_earnings(
    params: Injected[StatementFileQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the statement of a period as a CSV file (RFC 4180, UTF-8) or, with `format=pdf`, as a PDF file.

    Amounts are in whole units of the currency. A PDF file is in your language and has at most 2,000 entries.
    """
    account = await queries.get_own_earnings(actor, params.everything(_first_page(params)), reads)
    if params.format is StatementFormat.CSV:
        return attachment("earnings", statements.statement(account, reads))
    document = await _document(account, actor, reads, clock.now())
    async with turn.dear() as computing:
        return await file_of(document, "earnings", documents=documents, computing=computing)


def _first_page(params: StatementFileQuery) -> int:
    """How many entries to read first: a CSV file is read by pages; a PDF file is refused above `MOST`."""
    return PAGE if params.format is StatementFormat.CSV else MOST + 1


async def _document(account: EarningsAccount, reader: Actor, reads: Reads, now: datetime) -> Document:
    provider = await reads.providers.get(account.period.provider_id)
    if provider is None:
        raise ProviderNotFound
    user = await reads.users.get(reader.id)
    return statement_document(account, provider, language=FALLBACK if user is None else user.locale, now=now)


@get("/providers/me/payouts", opt=documented(queries.list_own_provider_payouts))
async def list_my_payouts(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> OwnPayoutsJson:
    """List the payouts to your profile, newest first. They go to your bank account (`PUT /users/me/bank-account`)."""
    after = params.after(ProviderPayoutId)
    chosen = ProviderPayoutFilter(order=MoneyOrder.NEWEST, after=after, limit=params.limit + 1)
    found = await queries.list_own_provider_payouts(actor, chosen, reads)
    return OwnPayoutsJson.of(found, params.limit, own_payout_json, lambda view: view.id)


@get("/admin/earnings", opt=documented(queries.list_balances))
async def list_balances(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> BalancesJson:
    """List the providers that have ever earned, with their balances by currency; for admins."""
    found = await queries.list_balances(actor, params.after(ProviderId), params.limit + 1, reads)
    return balances_json(found, params.limit)


@get(
    "/admin/earnings/export",
    media_type="text/csv",
    opt=documented(queries.list_balances, answer=BALANCES_CSV, headers=("Content-Disposition",)),
)
async def export_balances(actor: Injected[Actor], reads: Injected[Reads]) -> Response[str]:
    """Export the balances of all providers as a CSV file (RFC 4180, UTF-8), a line for each currency; for admins."""
    # Read before the response begins: a later error could not be reported.
    first = await queries.list_balances(actor, None, PAGE, reads)
    return attachment("balances", statements.balances(first, reads))


@get(
    "/admin/providers/{provider_id:str}/earnings",
    opt=documented(queries.get_earnings, raises=(InvalidValue,)),
)
async def get_earnings_of_provider(
    provider_id: FromPath[UUID], params: Injected[EarningsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ProviderAccountJson:
    """Return a provider's earnings in a period, as the provider sees them; for admins."""
    return account_json(
        await queries.get_earnings(actor, ProviderId(provider_id), earnings_selection(params), reads), params.limit
    )


@get(
    "/admin/providers/{provider_id:str}/earnings/export",
    media_type="text/csv",
    opt=documented(
        queries.get_earnings,
        raises=(InvalidValue, StatementTooLong, *TURN_ERRORS),
        answer=STATEMENT,
        files=(PDF,),
        headers=("Content-Disposition",),
    ),
)
async def export_earnings_of_provider(
    provider_id: FromPath[UUID],
    params: Injected[StatementFileQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return a provider's statement of a period as a CSV file (RFC 4180, UTF-8) or PDF file; for admins."""
    account = await queries.get_earnings(actor, ProviderId(provider_id), params.everything(_first_page(params)), reads)
    if params.format is StatementFormat.CSV:
        return attachment("earnings", statements.statement(account, reads))
    document = await _document(account, actor, reads, clock.now())
    async with turn.dear() as computing:
        return await file_of(document, "earnings", documents=documents, computing=computing)


@post(
    "/admin/providers/{provider_id:str}/adjustments",
    opt=documented(adjust_earnings, body=ADJUST),
)
async def adjust(
    provider_id: FromPath[UUID], data: JSONBody[AdjustmentBody], run: Injected[Run]
) -> Response[EarningJson]:
    """Add an amount to a provider's account, or subtract it, with a reason; for admins.

    The provider sees it as an entry of the account, and is notified. The balance may become negative. To undo it,
    adjust by the opposite amount.
    """
    return await run(
        adjust_earnings,
        AdjustEarnings(provider_id=ProviderId(provider_id), **adjust_members(data)),
        answer=earning_json,
    )


@get("/admin/commission", opt=documented(queries.get_commission))
async def get_commission(
    params: Injected[CommissionQuery], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> CommissionJson:
    """Return the commission of the platform, or of a provider (`?providerId=`); for admins."""
    commission = await queries.get_commission(actor, params.provider_id, reads, now=clock.now())
    return commission_json(params.provider_id, commission)


@put("/admin/commission", opt=documented(set_commission, body=SET_COMMISSION))
async def set_the_commission(
    data: JSONBody[CommissionBody],
    *,
    actor: Injected[Actor],
    run: Injected[Run],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> CommissionJson:
    """Set the commission on bookings made from now on: the platform's, or that of `providerId`; for admins.

    Earlier bookings keep the rate of the time at which they were made. `basisPoints: null` returns a provider to the
    platform's rate. Former rates stay on record.
    """
    await run(set_commission, commission_command(data))
    commission = await queries.get_commission(actor, data.provider_id, reads, now=clock.now())
    return commission_json(data.provider_id, commission)


async def _entries(source: ExportSource, after: EarningId | None) -> list[EarningView]:
    view = await source.reads.providers.by_owner(source.user.id)
    if view is None:
        return []
    return list(await source.reads.earnings.page(Period(provider_id=view.profile.id), after, source.page))


async def _payouts(source: ExportSource, after: ProviderPayoutId | None) -> list[ProviderPayoutView]:
    view = await source.reads.providers.by_owner(source.user.id)
    if view is None:
        return []
    chosen = ProviderPayoutFilter(provider_id=view.profile.id, after=after, limit=source.page)
    return list(await source.reads.provider_payouts.page(chosen))


EARNINGS: Final = items("earnings", EarningJson, _entries, earning_json, about="The ledger of the provider's earnings.")
PAYOUTS: Final = items(
    "provider_payouts", OwnPayoutJson, _payouts, own_payout_json, about="The payouts to the provider."
)
"""The sections of the export."""

routes: Final = Router(
    "/",
    route_handlers=[
        get_my_earnings,
        export_my_earnings,
        list_my_payouts,
        list_balances,
        export_balances,
        get_earnings_of_provider,
        export_earnings_of_provider,
        adjust,
        get_commission,
        set_the_commission,
        *payout_routes,
    ],
    opt=exporting(EARNINGS, PAYOUTS),
)
