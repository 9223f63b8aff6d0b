"""The JSON of refund transfers."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.bookings.transitions import Party
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.payments.refunds import Refund, RefundMethod, RefundReason, RefundStatus
from booking_domain.payments.transfers import MAX_BANK_REFERENCE, MAX_RETURN_REASON
from booking_domain.shared.bank_details import MAX_BANK, MAX_HOLDER, MAX_NUMBER, BankDetails
from booking_domain.shared.ids import BankAccountId, BookingId
from booking_domain.use_cases.payments.refund_queries import BookingMoney
from booking_domain.use_cases.payments.transfers import SettleTransfer
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import RefundTransferFilter
from booking_domain.use_cases.platform.views import RefundTransfer, TransferStep, TransferView
from entrypoints.http.accounts.schemas import ProofBody, SecondFactorText
from entrypoints.http.adjustments import LedgerAdjustmentJson, ledger_adjustment_json
from entrypoints.http.desk_payments import DeskPaymentJson, desk_payment_json
from entrypoints.http.kit.csv_cells import FIRST_ROWS, Columns
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page
from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.kit.fields import Body, Cursor, Json, Limit, Timestamp
from entrypoints.http.kit.listing import PERIOD, ListText, MoneyListQuery, PersonJson
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.payments import PaymentJson, payment_json

_MAX_TYPED: Final = 60
"""Characters of an account number as typed, with spaces and dashes."""
PaidTo = Annotated[
    str,
    Meta(
        max_length=MAX_NUMBER,
        description="The account number that the bank paid; needed if the bank account has changed since the approval.",
    ),
]


class BankAccountBody(ProofBody, frozen=True, kw_only=True):
    """The bank account that refunds and earnings are sent to, and the password, if the account has one."""

    bank: Annotated[str, Meta(min_length=1, max_length=MAX_BANK, description="The name of the bank.")]
    account_number: Annotated[
        str, Meta(min_length=4, max_length=_MAX_TYPED, description="Spaces and dashes are removed.")
    ]
    holder_name: Annotated[str, Meta(min_length=1, max_length=MAX_HOLDER)]

    def details(self) -> BankDetails:
        """The bank details."""
        return BankDetails.parse(bank=self.bank, account_number=self.account_number, holder_name=self.holder_name)


class ConfirmBankAccountBody(Body, frozen=True, kw_only=True):
    """The bank account that is confirmed, and the admin's second factor."""

    bank_account_id: BankAccountId
    """The `id` of the transfer's `bankAccount`."""
    code: SecondFactorText


class SettleTransferBody(Body, frozen=True, kw_only=True):
    """The bank's reference of the transfer."""

    bank_reference: Annotated[str, Meta(min_length=1, max_length=MAX_BANK_REFERENCE)]
    paid_to: PaidTo | None = None


class ReturnTransferBody(Body, frozen=True, kw_only=True):
    """Why the transfer failed. The payee sees it."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_RETURN_REASON)]


settle_members: Final = members(SettleTransferBody, SettleTransfer, given=("transfer_id", "expected_version"))


class ChosenRefundTransfersQuery(MoneyListQuery, frozen=True, kw_only=True):
    """Which refund transfers to list; `from` and `to` select by creation time.

    `q` also finds the bank's reference.
    """

    q: ListText | None = None
    waits_for: TransferStep | None = None
    status: RefundStatus | None = None
    booking_id: BookingId | None = None
    sort: MoneyOrder = MoneyOrder.OLDEST


class RefundTransfersQuery(ChosenRefundTransfersQuery, frozen=True, kw_only=True):
    """A page of refund transfers."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_CHOSEN: Final[dict[str, Any]] = {"order": "sort", "text": "q", **PERIOD}
transfers_filter: Final = projection(RefundTransfersQuery, RefundTransferFilter, **_CHOSEN, **PAGE_AND_ONE)
exported_transfers_filter: Final = projection(ChosenRefundTransfersQuery, RefundTransferFilter, **_CHOSEN, **FIRST_ROWS)


class BankAccountJson(Json, frozen=True, kw_only=True):
    """The caller's bank account; only the last four characters of its number are shown."""

    bank: str
    account_number: str
    holder_name: str
    updated_at: Timestamp
    usable_from: Timestamp
    """From when transfers to it can be approved: 48 hours after it was entered, or when an admin confirmed it."""
    frozen_at: Timestamp | None = None
    """When it was reported as not yours: enter your account again."""
    version: int


class RefundJson(Json, frozen=True, kw_only=True):
    """A refund, as the parties of its booking see it."""

    id: UUID
    amount: int
    currency: str
    status: RefundStatus
    reason: RefundReason
    created_at: Timestamp
    method: RefundMethod | None = None
    """How the money is refunded. Absent until that is decided."""
    processed_at: Timestamp | None = None
    bank_reference: str | None = None
    return_reason: str | None = None
    """Why the last transfer failed; only for the customer and admins."""
    needs_bank_account: bool | None = None
    """Whether the refund waits for the customer's bank account; only for the customer and admins."""


class BookingMoneyJson(Json, frozen=True, kw_only=True):
    """All payments, refunds, desk payments and corrections of a booking, oldest first."""

    booking_id: UUID
    currency: str
    paid_amount: int
    refunded_amount: int
    refund_pending_amount: int
    desk_paid_amount: int
    """The amount paid at the desk. The platform never held it and does not refund it."""
    authorised_amount: int
    """The amount that is authorised on the customer's card and not charged yet."""
    released_amount: int
    """The amount that was authorised on the customer's card and released without a charge."""
    payments: tuple[PaymentJson, ...]
    refunds: tuple[RefundJson, ...]
    desk_payments: tuple[DeskPaymentJson, ...]
    adjustments: tuple[LedgerAdjustmentJson, ...]
    """What admins have corrected."""


class PayeeJson(Json, frozen=True, kw_only=True):
    """The bank account of a transfer."""

    bank: str
    account_number: str
    holder_name: str


class PayeeAccountJson(PayeeJson, frozen=True, kw_only=True):
    """The payee's bank account as it is now. An approved transfer to another one waits for a new approval."""

    id: UUID
    since: Timestamp
    """When it was entered."""
    usable_from: Timestamp
    """Until when transfers to it wait, unless an admin confirms it (`POST /admin/bank-accounts/{user_id}/confirm`)."""
    confirmed_at: Timestamp | None = None
    """When an admin confirmed it."""
    frozen_at: Timestamp | None = None
    """When the payee reported that they did not enter it; they have to enter theirs."""


class RefundTransferJson(Json, frozen=True, kw_only=True):
    """A refund, with the data for its transfer."""

    id: UUID
    booking_id: UUID
    booking_reference: str
    provider_id: UUID
    provider_name: str
    customer: PersonJson
    """Who gets the money."""
    amount: int
    currency: str
    status: RefundStatus
    reason: RefundReason
    waits_for: TransferStep
    method: RefundMethod | None = None
    """How the money is sent."""
    attempts: int
    """How often the payment gateway was asked."""
    retry_at: Timestamp | None = None
    """When the payment gateway is asked again."""
    payee: PayeeJson | None = None
    """Where the money goes: as approved, else the bank account."""
    bank_account: PayeeAccountJson | None = None
    """The payee's bank account as it is now. An approved transfer to another one waits for a new approval."""
    return_reason: str | None = None
    bank_reference: str | None = None
    created_at: Timestamp
    approved_at: Timestamp | None = None
    processed_at: Timestamp | None = None
    version: int


class RefundTransfersJson(Page[RefundTransferJson], frozen=True, kw_only=True):
    """A page of refund transfers."""


bank_account_json: Final = projection(
    BankAccount, BankAccountJson, within="details", account_number="details.masked_number"
)
"""Show a bank account to its owner."""
_money: Final = members(
    BookingMoney,
    BookingMoneyJson,
    given=("refunds",),
    within="booking",
    booking_id="booking.id",
    currency="booking.price.currency",
    payments=lambda money: tuple(map(payment_json, money.payments)),
    desk_payments=desk_payment_json,
    adjustments=ledger_adjustment_json,
)
_refund: Final = members(
    Refund,
    RefundJson,
    given=("return_reason", "needs_bank_account"),
    amount="amount.amount",
    currency="amount.currency",
)
payee_json: Final = projection(BankDetails, PayeeJson)
"""Show the bank account of a transfer to an admin."""
payee_account_json: Final = projection(BankAccount, PayeeAccountJson, within="details", since="updated_at")
"""Show a payee's bank account as it is now to an admin."""


def booking_money_json(money: BookingMoney) -> BookingMoneyJson:
    """Show all money of a booking to one of its parties."""
    return BookingMoneyJson(refunds=tuple(_refund_json(refund, money) for refund in money.refunds), **_money(money))


def _refund_json(refund: Refund, money: BookingMoney) -> RefundJson:
    private = money.party in {Party.CUSTOMER, Party.ADMIN}
    by_transfer = refund.status is RefundStatus.PENDING and refund.method is not RefundMethod.GATEWAY
    waiting = by_transfer and refund.approved_at is None and not money.has_bank_account
    return RefundJson(
        return_reason=refund.return_reason if private else None,
        needs_bank_account=waiting if private else None,
        **_refund(refund),
    )


COLUMNS: Final[Columns[TransferView]] = {
    "holderName": lambda view: view.payee and view.payee.holder_name,
    "bank": lambda view: view.payee and view.payee.bank,
    "accountNumber": lambda view: view.payee and view.payee.account_number,
    "amount": lambda view: view.transfer.amount.decimal(),
    "currency": lambda view: view.transfer.amount.currency,
}
"""What every file for the bank has."""
refund_transfer_json: Final = projection(
    RefundTransfer,
    RefundTransferJson,
    within="transfer",
    customer=projection(RefundTransfer, PersonJson, id="transfer.customer_id", name="customer_name"),
    amount="transfer.amount.amount",
    currency="transfer.amount.currency",
    payee=payee_json,
    bank_account=payee_account_json,
)
"""Show a transfer to an admin."""


async def _bank_account(source: ExportSource) -> BankAccountJson | None:
    account = await source.reads.bank_accounts.get(source.user.id)
    return None if account is None else bank_account_json(account)


BANK_ACCOUNT: Final = value(
    "bank_account", BankAccountJson | None, _bank_account, about="The bank account that refunds and payouts go to."
)
"""The section of the export."""

# Examples for the API's documentation.
SET_ACCOUNT: Final[dict[str, Any]] = {
    "bank": "Khan Bank",
    "accountNumber": "5012 345 678",
    "holderName": "Bold Bat",
    "currentPassword": "correct-horse-battery",
}
CONFIRM: Final[dict[str, Any]] = {"bankAccountId": "0199f3c0-1a2b-7c3d-8e4f-5a6b7c8d9e0f", "code": "123456"}
SETTLE: Final[dict[str, Any]] = {"bankReference": "FT26327000123"}
RETURN: Final[dict[str, Any]] = {"reason": "The bank does not know this account number."}
CSV: Final = (
    "id,bookingReference,holderName,bank,accountNumber,amount,currency,approvedAt\r\n"
    "0199f3c1-4d20-7a31-8c45-6e9b0d7f1a22,BK-7F3K9Q,Bold Bat,Khan Bank,5012345678,20000.00,MNT,"
    "2026-11-23T03:00:00+00:00\r\n"
)
