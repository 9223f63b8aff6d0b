"""The JSON of providers' accounts and payouts."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.payments.earnings import (
    ALL,
    MAX_ADJUSTMENT_REASON,
    Commission,
    EarningKind,
    EarningView,
    HeldMoney,
    ProviderBalance,
)
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayoutStatus
from booking_domain.shared.ids import EarningId, ProviderId, ProviderPayoutId
from booking_domain.use_cases.payments.earnings import AdjustEarnings, SetCommission
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount, EarningsSelection
from booking_domain.use_cases.payments.provider_payouts import StartProviderPayout
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter
from booking_domain.use_cases.platform.views import ProviderPayoutView, TransferStep
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, Page, cut, read_cursor
from entrypoints.http.kit.fields import Amount, Body, Currency, Cursor, Json, Limit, Query, SignedAmount, Timestamp
from entrypoints.http.kit.listing import PeriodQuery, PersonJson
from entrypoints.http.kit.projection import projection
from entrypoints.http.refunds.schemas import (
    FOR_ADMINS,
    OF_TRANSFER,
    PayeeAccountJson,
    PayeeJson,
    payee_account_json,
    payee_json,
)

BasisPoints = Annotated[int, Meta(ge=0, le=ALL, description="Hundredths of a percent: 1250 is 12.5 %.")]


class StatementQuery(PeriodQuery, frozen=True, kw_only=True):
    """The entries of a period."""

    def everything(self, page: int) -> EarningsSelection:
        """The first page of a statement."""
        return EarningsSelection(start=self.start(), end=self.end(), limit=page)


class StatementFormat(StrEnum):
    """The format of a statement."""

    CSV = "csv"
    PDF = "pdf"


class StatementFileQuery(StatementQuery, frozen=True, kw_only=True):
    """A period, and the format of its statement."""

    format: StatementFormat = StatementFormat.CSV
    """The format of the statement."""


class EarningsQuery(StatementQuery, frozen=True, kw_only=True):
    """A period, and a page of its entries."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def wanted(self) -> EarningsSelection:
        """The period, and one entry more than the page has."""
        after = read_cursor(self.cursor, EarningId)
        return EarningsSelection(start=self.start(), end=self.end(), after=after, limit=self.limit + 1)


class CommissionQuery(Query, frozen=True, kw_only=True):
    """The provider whose commission rate to return; by default the platform's."""

    provider_id: UUID | None = None


class ChosenProviderPayoutsQuery(PeriodQuery, frozen=True, kw_only=True):
    """Which payouts to providers to list; `from` and `to` select by creation time."""

    provider_id: UUID | None = None
    status: ProviderPayoutStatus | None = None
    waits_for: TransferStep | None = None
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    sort: MoneyOrder = MoneyOrder.OLDEST

    def chosen(self, cursor: str | None, limit: int) -> ProviderPayoutFilter:
        """The filter of a page."""
        return ProviderPayoutFilter(
            provider_id=None if self.provider_id is None else ProviderId(self.provider_id),
            status=self.status,
            waits_for=self.waits_for,
            at_from=self.start(),
            at_before=self.end(),
            amount_from=self.amount_from,
            amount_to=self.amount_to,
            order=self.sort,
            after=read_cursor(cursor, ProviderPayoutId),
            limit=limit,
        )


class ProviderPayoutsQuery(ChosenProviderPayoutsQuery, frozen=True, kw_only=True):
    """A page of payouts to providers."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


class CommissionBody(Body, frozen=True, kw_only=True):
    """A commission rate: of the platform, if no provider is named. Null returns a provider to the platform's rate."""

    provider_id: UUID | None = None
    basis_points: BasisPoints | None
    """The commission, in hundredths of a percent of the price."""

    def command(self) -> SetCommission:
        """The command."""
        provider_id = None if self.provider_id is None else ProviderId(self.provider_id)
        return SetCommission(provider_id=provider_id, basis_points=self.basis_points)


class AdjustmentBody(Body, frozen=True, kw_only=True):
    """A correction of a provider's account. The provider sees the reason."""

    currency: Currency
    amount: SignedAmount
    """In minor units: positive adds to the account, negative subtracts."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_ADJUSTMENT_REASON)]

    def command(self, provider_id: UUID) -> AdjustEarnings:
        """The command."""
        return AdjustEarnings(
            provider_id=ProviderId(provider_id), currency=self.currency, amount=self.amount, reason=self.reason
        )


class StartPayoutBody(Body, frozen=True, kw_only=True):
    """A payout to a provider: of everything owed in the currency, or of a part."""

    provider_id: UUID
    currency: Currency
    amount: Amount | None = None

    def command(self) -> StartProviderPayout:
        """The command."""
        return StartProviderPayout(provider_id=ProviderId(self.provider_id), currency=self.currency, amount=self.amount)


class EarningTotalsJson(Json, frozen=True, kw_only=True):
    """A provider's account in one currency over the period, in minor units."""

    currency: str
    opening_amount: int
    """The balance before the period."""
    kept_amount: int
    """Money of bookings that came through a gateway, less refunds."""
    desk_amount: int
    """Money that the provider took at the desk. The platform does not owe it."""
    commission_amount: int
    paid_out_amount: int
    """Money that was paid out or is reserved for a payout."""
    adjusted_amount: int
    """The sum of the admins' adjustments."""
    closing_amount: int
    """The balance at the end of the period: opening + kept - commission - paid out + adjusted."""
    owed_amount: int
    """The balance now; negative if the provider owes it."""


class HeldMoneyJson(Json, frozen=True, kw_only=True):
    """Money held back now in one currency, before commission, in minor units."""

    currency: str
    upcoming_amount: int
    """Of bookings that are not over."""
    disputed_amount: int
    """What is held because of disputes, in the minor unit of the currency."""


class EarningJson(Json, frozen=True, kw_only=True):
    """An entry of a provider's account. Amounts are signed."""

    id: UUID
    kind: EarningKind
    booking_id: UUID | None = None
    booking_reference: str | None = None
    payout_id: UUID | None = None
    kept_amount: int
    """What came through a gateway and was not sent back, in the minor unit of the currency."""
    desk_amount: int
    """What the provider took at the desk, in the minor unit of the currency."""
    commission_amount: int
    amount: int
    """The signed amount that it adds to the balance."""
    currency: str
    reason: str | None = None
    """Why an admin adjusted the account."""
    at: Timestamp


class ProviderAccountJson(Json, frozen=True, kw_only=True):
    """A provider's account over a period, with a page of its entries, oldest first."""

    provider_id: UUID
    from_: Timestamp | None = field(name="from", default=None)
    to: Timestamp | None = None
    totals: tuple[EarningTotalsJson, ...]
    """The sums of the period."""
    held: tuple[HeldMoneyJson, ...]
    """What is not available yet, and why."""
    items: tuple[EarningJson, ...]
    next_cursor: str | None = None


class BalanceJson(Json, frozen=True, kw_only=True):
    """A balance in one currency, in minor units."""

    currency: str
    owed_amount: int
    """Negative if the provider owes it."""
    reserved_amount: int
    """The sum of payouts that are not made yet. It is not part of `owedAmount`."""


class ProviderBalancesJson(Json, frozen=True, kw_only=True):
    """What a provider is owed."""

    provider: PersonJson
    has_bank_account: bool
    """Whether the provider has entered a bank account."""
    balances: tuple[BalanceJson, ...]
    """What the platform owes to providers, by currency."""


class BalancesJson(Page[ProviderBalancesJson], frozen=True, kw_only=True):
    """A page of providers with what they are owed."""


class CommissionJson(Json, frozen=True, kw_only=True):
    """The commission rates in force now, in basis points."""

    provider_id: UUID | None = None
    basis_points: int
    """The rate for bookings made now."""
    own_basis_points: int | None = None
    """The provider's own commission, in hundredths of a percent."""
    platform_basis_points: int
    """The platform's commission, in hundredths of a percent."""


class OwnPayoutJson(Json, frozen=True, kw_only=True):
    """A payout, as the provider sees it."""

    id: UUID
    amount: int
    currency: str
    status: ProviderPayoutStatus
    needs_bank_account: bool
    """Whether it waits for the provider's bank account (`PUT /users/me/bank-account`)."""
    return_reason: str | None = None
    bank_reference: str | None = None
    created_at: Timestamp
    processed_at: Timestamp | None = None


class OwnPayoutsJson(Page[OwnPayoutJson], frozen=True, kw_only=True):
    """A page of the caller's payouts."""


class ProviderPayoutJson(Json, frozen=True, kw_only=True):
    """A payout to a provider, with the data for its transfer."""

    id: UUID
    provider: PersonJson
    amount: int
    currency: str
    status: ProviderPayoutStatus
    waits_for: TransferStep
    payee: PayeeJson | None = None
    """Where the money goes: as approved, else the bank account."""
    bank_account: PayeeAccountJson | None = None
    """The provider's bank account as it is now. An approved transfer to another one waits for a new approval."""
    return_reason: str | None = None
    bank_reference: str | None = None
    created_at: Timestamp
    approved_at: Timestamp | None = None
    processed_at: Timestamp | None = None
    version: int


class ProviderPayoutsJson(Page[ProviderPayoutJson], frozen=True, kw_only=True):
    """A page of payouts to providers."""


class StartedPayoutJson(Json, frozen=True, kw_only=True):
    """A payout that was started; `GET` returns the data for its transfer."""

    id: UUID
    provider_id: UUID
    amount: int
    currency: str
    status: ProviderPayoutStatus
    created_at: Timestamp
    version: int


def earning_json(view: EarningView) -> EarningJson:
    """Show an entry."""
    entry = view.earning
    return EarningJson(
        id=entry.id,
        kind=entry.kind,
        booking_id=entry.booking_id,
        booking_reference=view.booking_reference,
        payout_id=entry.payout_id,
        kept_amount=entry.kept,
        desk_amount=entry.desk,
        commission_amount=entry.commission,
        amount=entry.amount,
        currency=entry.currency,
        reason=entry.reason,
        at=entry.at,
    )


def account_json(account: EarningsAccount, limit: int) -> ProviderAccountJson:
    """Show an account with the page of `limit` of its `limit` + 1 entries."""
    page, next_cursor = cut(account.entries, limit, lambda view: view.id)
    return ProviderAccountJson(
        provider_id=account.period.provider_id,
        from_=account.period.start,
        to=account.period.end,
        totals=tuple(
            EarningTotalsJson(
                currency=each.currency,
                opening_amount=each.opening,
                kept_amount=each.kept,
                desk_amount=each.desk,
                commission_amount=each.commission,
                paid_out_amount=each.paid_out,
                adjusted_amount=each.adjusted,
                closing_amount=each.closing,
                owed_amount=each.owed,
            )
            for each in account.totals
        ),
        held=tuple(map(_held_json, account.held)),
        items=tuple(map(earning_json, page)),
        next_cursor=next_cursor,
    )


def _held_json(held: HeldMoney) -> HeldMoneyJson:
    return HeldMoneyJson(currency=held.currency, upcoming_amount=held.upcoming, disputed_amount=held.disputed)


def balances_json(found: Sequence[ProviderBalance], limit: int) -> BalancesJson:
    """A page of the balances of the `limit` + 1 providers that were read."""
    by_provider = [list(group) for _, group in groupby(found, key=lambda each: each.provider_id)]
    return BalancesJson.of(by_provider, limit, _balances_of_provider, lambda group: group[0].provider_id)


def _balances_of_provider(group: Sequence[ProviderBalance]) -> ProviderBalancesJson:
    first = group[0]
    return ProviderBalancesJson(
        provider=PersonJson(id=first.provider_id, name=first.provider_name),
        has_bank_account=first.has_bank_account,
        balances=tuple(
            BalanceJson(currency=each.currency, owed_amount=each.owed, reserved_amount=each.reserved) for each in group
        ),
    )


def commission_json(provider_id: UUID | None, commission: Commission) -> CommissionJson:
    """Show the rates in force."""
    return CommissionJson(
        provider_id=provider_id,
        basis_points=commission.basis_points,
        own_basis_points=commission.own,
        platform_basis_points=commission.platform,
    )


own_payout_json: Final = projection(
    ProviderPayoutView,
    OwnPayoutJson,
    needs_bank_account=lambda view: view.waits_for is TransferStep.BANK_DETAILS,
    **OF_TRANSFER,
)
"""Show a payout to its provider."""
provider_payout_json: Final = projection(
    ProviderPayoutView,
    ProviderPayoutJson,
    provider=projection(ProviderPayoutView, PersonJson, id="transfer.provider_id", name="provider_name"),
    payee=payee_json,
    bank_account=payee_account_json,
    **OF_TRANSFER,
    **FOR_ADMINS,
)
"""Show a payout to an admin."""
started_payout_json: Final = projection(
    ProviderPayout, StartedPayoutJson, amount="amount.amount", currency="amount.currency"
)


PROVIDER: Final[dict[str, Any]] = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "name": "Sarnai Tattoo"}
_PAYOUT_ID: Final = "0199f3d4-6e20-7b41-8f45-1c9b0d7f1a77"
ADJUST: Final[dict[str, Any]] = {"currency": "MNT", "amount": -50_000, "reason": "A card chargeback that you accepted."}
STATEMENT: Final = (
    "at,kind,bookingReference,payoutId,kept,desk,commission,amount,balance,currency,reason\r\n"
    "2026-11-01T00:00:00+00:00,opening,,,,,,,0.00,MNT,\r\n"
    "2026-11-23T03:05:00+00:00,booking,BK-7F3K9Q,,20000.00,0.00,2500.00,17500.00,,MNT,\r\n"
    "2026-12-01T00:00:00+00:00,closing,,,20000.00,0.00,2500.00,17500.00,17500.00,MNT,\r\n"
)
BALANCES_CSV: Final = (
    "providerId,provider,hasBankAccount,owed,reserved,currency\r\n"
    f"{PROVIDER['id']},Sarnai Tattoo,yes,17500.00,0.00,MNT\r\n"
)
SET_COMMISSION: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "basisPoints": 1_250}
START: Final[dict[str, Any]] = {"providerId": PROVIDER["id"], "currency": "MNT"}
SETTLE: Final[dict[str, Any]] = {"bankReference": "FT26335000456"}
PAYOUTS_CSV: Final = (
    "id,provider,holderName,bank,accountNumber,amount,currency,status,createdAt,approvedAt,bankReference\r\n"
    f"{_PAYOUT_ID},Sarnai Tattoo,Sarnai Dorj,Khan Bank,5012345678,17500.00,MNT,pending,2026-12-01T02:00:00+00:00,"
    "2026-12-01T03:00:00+00:00,\r\n"
)
