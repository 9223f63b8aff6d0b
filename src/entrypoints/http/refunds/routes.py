"""`/bookings/{id}/payments`, `/users/me/bank-account`, the transfers of refunds."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, SessionId, UserId
from booking_domain.use_cases.identity.bank_accounts import (
    ConfirmBankAccount,
    confirm_bank_account,
    get_own_bank_account,
)
from booking_domain.use_cases.identity.own_account import Requester, enter_bank_account, withdraw_bank_account
from booking_domain.use_cases.payments import refund_queries as queries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import NO_PROOF, PROOF, ProofBody
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.running import Run
from entrypoints.http.refunds import transfers
from entrypoints.http.refunds.schemas import (
    BANK_ACCOUNT,
    CONFIRM,
    SET_ACCOUNT,
    BankAccountBody,
    BankAccountJson,
    BookingMoneyJson,
    ConfirmBankAccountBody,
    PayeeAccountJson,
    bank_account_json,
    booking_money_json,
    payee_account_json,
)


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
    return payee_account_json(
        await run(
            confirm_bank_account,
            ConfirmBankAccount(user_id=UserId(user_id), account_id=data.bank_account_id, code=data.code),
        )
    )


routes: Final = Router(
    "/",
    route_handlers=[
        list_booking_payments,
        get_my_bank_account,
        set_my_bank_account,
        remove_my_bank_account,
        confirm_a_bank_account,
        *transfers.routers,
    ],
    opt=exporting(BANK_ACCOUNT),
)
