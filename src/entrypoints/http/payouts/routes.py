"""`/bookings/{id}/payments`, `/users/me/bank-account` and `/admin/payouts`."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, RefundId, SessionId
from booking_domain.use_cases.identity.bank_accounts import confirm_bank_account, get_own_bank_account
from booking_domain.use_cases.identity.own_account import Requester, enter_bank_account, withdraw_bank_account
from booking_domain.use_cases.payments import payout_queries as queries
from booking_domain.use_cases.payments.payouts import (
    ApprovePayout,
    approve_payout,
    return_payout,
    settle_payout,
)
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import Payout
from entrypoints.http.accounts.examples import PROOF
from entrypoints.http.accounts.schemas import NO_PROOF, ProofBody
from entrypoints.http.kit.csv_cells import PAGE, Columns, csv_response
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import REPEATED, IdempotentRunner
from entrypoints.http.kit.identities import Run
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.payouts.schemas import (
    BANK_ACCOUNT,
    CONFIRM,
    CSV,
    RETURN,
    SET_ACCOUNT,
    SETTLE,
    BankAccountBody,
    BankAccountJson,
    BookingMoneyJson,
    ChosenPayoutsQuery,
    ConfirmBankAccountBody,
    PayeeAccountJson,
    PayoutJson,
    PayoutsJson,
    PayoutsQuery,
    ReturnBody,
    SettleBody,
    bank_account_json,
    booking_money_json,
    payee_account_json,
    payout_json,
)

_COLUMNS: Final[Columns[Payout]] = {
    "id": lambda payout: payout.refund.id,
    "bookingReference": lambda payout: payout.booking_reference,
    "holderName": lambda payout: payout.payee and payout.payee.holder_name,
    "bank": lambda payout: payout.payee and payout.payee.bank,
    "accountNumber": lambda payout: payout.payee and payout.payee.account_number,
    "amount": lambda payout: payout.refund.amount.decimal(),
    "currency": lambda payout: payout.refund.amount.currency,
    "approvedAt": lambda payout: payout.refund.approved_at,
}


@get("/bookings/{booking_id:str}/payments", opt=documented(queries.list_booking_payments))
async def list_booking_payments(
    booking_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads]
) -> BookingMoneyJson:
    """List all payments, refunds and desk payments of a booking; for its parties and admins."""
    return booking_money_json(await queries.list_booking_payments(actor, BookingId(booking_id), reads))


@get("/users/me/bank-account", opt=documented(get_own_bank_account))
async def get_my_bank_account(
    actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[BankAccountJson]:
    """Return the bank account for your refunds. Only the end of its number is shown."""
    account = await get_own_bank_account(actor, reads.bank_accounts)
    return unless_known(bank_account_json(account), etag(account.version), if_none_match)


@put(
    "/users/me/bank-account",
    opt=limited_as(AUTH) | documented(enter_bank_account, raises=(InvalidValue,), body=SET_ACCOUNT),
)
async def set_my_bank_account(
    data: JSONBody[BankAccountBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    if_match: IfMatch = None,
) -> Response[BankAccountJson]:
    """Set the bank account for your refunds and earnings.

    The account's password is required, as for a change of the phone number. No transfer to an account that was entered
    is approved for 48 hours, also to the first one, unless an admin confirms it. A transfer to the former account that
    is approved and not made waits for a new approval. You are notified of every change over all your contacts.
    """
    account = await enter_bank_account(
        identity,
        Requester(actor, session_id),
        data.details(),
        data.current_password,
        expected_version=expected_version(if_match),
    )
    return Response(bank_account_json(account), headers=etag(account.version))


@delete("/users/me/bank-account", opt=limited_as(AUTH) | documented(withdraw_bank_account, body=PROOF))
async def remove_my_bank_account(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """Remove your bank account. Transfers to it that are not made yet wait until you add another.

    The account's password is required, as for a change of the phone number.
    """
    await withdraw_bank_account(identity, Requester(actor, session_id), data.current_password)


@post(
    "/admin/bank-accounts/{user_id:str}/confirm",
    status_code=200,
    opt=limited_as(AUTH) | documented(confirm_bank_account, body=CONFIRM, no_idempotency_key=REPEATED),
)
async def confirm_a_bank_account(
    user_id: FromPath[UUID], data: JSONBody[ConfirmBankAccountBody], run: Injected[Run]
) -> PayeeAccountJson:
    """Confirm a user's new bank account, so that transfers to it need not wait for 48 hours; for admins.

    Ask the user over a contact that has not changed. It needs a code of your second factor, a recovery code or the
    response of a passkey.
    """
    return payee_account_json(await run(confirm_bank_account, data.command(user_id)))


@get("/admin/payouts", opt=documented(queries.list_payouts, raises=(InvalidValue,)))
async def list_payouts(params: Injected[PayoutsQuery], actor: Injected[Actor], reads: Injected[Reads]) -> PayoutsJson:
    """List refunds with the data for their transfers, oldest first unless `sort` says otherwise; for admins.

    `waitsFor` selects refunds that wait for the customer's bank details, an approval or the transfer, or that are done.
    """
    chosen = params.chosen(params.cursor, params.limit + 1)
    found = await queries.list_payouts(actor, chosen, reads.payouts)
    return PayoutsJson.of(found, params.limit, payout_json, lambda payout: payout.refund.id)


@get(
    "/admin/payouts/export",
    media_type="text/csv",
    opt=documented(queries.list_payouts, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
)
async def export_payouts(
    params: Injected[ChosenPayoutsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[str]:
    """Export payouts as a CSV file for the bank (RFC 4180, UTF-8); for admins.

    `?waitsFor=transfer` is the list of approved transfers. Amounts are in whole units of the currency.
    """
    return await csv_response(
        "payouts",
        _COLUMNS,
        params.chosen(None, PAGE),
        lambda chosen: queries.list_payouts(actor, chosen, reads.payouts),
        lambda payout: payout.refund.id,
    )


@get("/admin/payouts/{refund_id:str}", opt=documented(queries.get_payout))
async def get_payout(
    refund_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[PayoutJson]:
    """Return one payout; for admins."""
    payout = await queries.get_payout(actor, RefundId(refund_id), reads.payouts)
    return unless_known(payout_json(payout), etag(payout.refund.version), if_none_match)


@post("/admin/payouts/{refund_id:str}/approve", status_code=200, opt=documented(approve_payout))
async def approve_a_payout(
    refund_id: FromPath[UUID],
    actor: Injected[Actor],
    runner: Injected[IdempotentRunner],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[PayoutJson]:
    """Approve the transfer to the customer's bank account as it is now; for admins.

    An account that was entered within 48 hours is refused, unless an admin has confirmed it. After a later change of
    the account the transfer waits for a new approval. A second approval of the same account changes nothing.
    """
    command = ApprovePayout(refund_id=RefundId(refund_id), expected_version=expected_version(if_match))
    return await runner.ok_after_commit(approve_payout, command, answer=lambda: _shown(refund_id, actor, reads))


@post(
    "/admin/payouts/{refund_id:str}/settle",
    status_code=200,
    opt=documented(settle_payout, body=SETTLE),
)
async def settle_a_payout(
    refund_id: FromPath[UUID],
    data: JSONBody[SettleBody],
    *,
    actor: Injected[Actor],
    runner: Injected[IdempotentRunner],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[PayoutJson]:
    """Close an approved transfer with the bank's reference; for admins. The refund is then `refunded`.

    A reference belongs to one refund. Repeating the request with the same reference changes nothing. If the bank
    account has changed since the approval, the answer is 409 `payout.approval_outdated`, unless `paidTo` is the account
    number that was approved: the bank had paid it before.
    """
    return await runner.ok_after_commit(
        settle_payout,
        data.command(refund_id, expected_version(if_match)),
        answer=lambda: _shown(refund_id, actor, reads),
    )


@post(
    "/admin/payouts/{refund_id:str}/return",
    status_code=200,
    opt=documented(return_payout, body=RETURN),
)
async def return_a_payout(
    refund_id: FromPath[UUID],
    data: JSONBody[ReturnBody],
    *,
    actor: Injected[Actor],
    runner: Injected[IdempotentRunner],
    reads: Injected[Reads],
    if_match: IfMatch = None,
) -> Response[PayoutJson]:
    """Record that an approved transfer failed; for admins. The customer is notified of the reason.

    Once the customer has checked their bank account, approve the refund again.
    """
    return await runner.ok_after_commit(
        return_payout,
        data.command(refund_id, expected_version(if_match)),
        answer=lambda: _shown(refund_id, actor, reads),
    )


async def _shown(refund_id: UUID, actor: Actor, reads: Reads) -> Response[PayoutJson]:
    payout = await queries.get_payout(actor, RefundId(refund_id), reads.payouts)
    return Response(payout_json(payout), status_code=200, headers=etag(payout.refund.version))


routes: Final = Router(
    "/",
    route_handlers=[
        list_booking_payments,
        get_my_bank_account,
        set_my_bank_account,
        remove_my_bank_account,
        confirm_a_bank_account,
        list_payouts,
        export_payouts,
        get_payout,
        approve_a_payout,
        settle_a_payout,
        return_a_payout,
    ],
    opt=exporting(BANK_ACCOUNT),
)
