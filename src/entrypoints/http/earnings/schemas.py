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
    EarningTotals,
    EarningView,
    HeldMoney,
    ProviderBalance,
)
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayoutStatus
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.payments.earnings import AdjustEarnings, SetCommission
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount, EarningsSelection
from booking_domain.use_cases.payments.provider_payouts import StartProviderPayout
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter
from booking_domain.use_cases.platform.views import ProviderPayoutView, TransferStep
from entrypoints.http.kit.csv_cells import FIRST_ROWS
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page, cut
from entrypoints.http.kit.fields import Amount, Body, Currency, Cursor, Json, Limit, Query, SignedAmount, Timestamp
from entrypoints.http.kit.listing import PERIOD, PeriodQuery, PersonJson
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.refunds.schemas import PayeeAccountJson, PayeeJson, payee_account_json, payee_json

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


earnings_selection: Final = projection(
    EarningsQuery, EarningsSelection, start=EarningsQuery.start, end=EarningsQuery.end, **PAGE_AND_ONE
)


class CommissionQuery(Query, frozen=True, kw_only=True):
    """The provider whose commission rate to return; by default the platform's."""

    provider_id: ProviderId | None = None


class ChosenProviderPayoutsQuery(PeriodQuery, frozen=True, kw_only=True):
    """Which payouts to providers to list; `from` and `to` select by creation time."""

    provider_id: ProviderId | None = None
    status: ProviderPayoutStatus | None = None
    waits_for: TransferStep | None = None
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    sort: MoneyOrder = MoneyOrder.OLDEST


class ProviderPayoutsQuery(ChosenProviderPayoutsQuery, frozen=True, kw_only=True):
    """A page of payouts to providers."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_CHOSEN: Final[dict[str, Any]] = {"order": "sort", **PERIOD}
payouts_filter: Final = projection(ProviderPayoutsQuery, ProviderPayoutFilter, **_CHOSEN, **PAGE_AND_ONE)
exported_payouts_filter: Final = projection(ChosenProviderPayoutsQuery, ProviderPayoutFilter, **_CHOSEN, **FIRST_ROWS)


class CommissionBody(Body, frozen=True, kw_only=True):
    """A commission rate: of the platform, if no provider is named. Null returns a provider to the platform's rate."""

    provider_id: ProviderId | None = None
    basis_points: BasisPoints | None
    """The commission, in hundredths of a percent of the price."""


class AdjustmentBody(Body, frozen=True, kw_only=True):
    """A correction of a provider's account. The provider sees the reason."""

    currency: Currency
    amount: SignedAmount
    """In minor units: positive adds to the account, negative subtracts."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_ADJUSTMENT_REASON)]


class StartPayoutBody(Body, frozen=True, kw_only=True):
    """A payout to a provider: of everything owed in the currency, or of a part."""

    provider_id: ProviderId
    currency: Currency
    amount: Amount | None = None


commission_command: Final = projection(CommissionBody, SetCommission)
adjust_members: Final = members(AdjustmentBody, AdjustEarnings, given=("provider_id",))
start_command: Final = projection(StartPayoutBody, StartProviderPayout)


class EarningTotalsJson(Json, frozen=True, kw_only=True):
    """A provider's account in one currency over the period, in minor units."""

    currency: str
    opening_amount: int
    """The balance before the period."""
    kept_amount: int
    """Money of bookings that came through a gateway, less refunds."""
    desk_amount: int
    """Money that the provider took at the desk. The platform does not owe it."""
    tips_amount: int
    """Tips that customers gave at the desk. The platform does not owe them."""
    commission_amount: int
    funded_amount: int
    """Discounts that the platform bears: the provider earns as much as without them."""
    paid_out_amount: int
    """Money that was paid out or is reserved for a payout."""
    adjusted_amount: int
    """The sum of the admins' adjustments."""
    closing_amount: int
    """The balance at the end of the period: opening + kept + funded - commission - paid out + adjusted."""
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
    tips_amount: int
    """What customers gave at the desk besides, in the minor unit of the currency."""
    commission_amount: int
    funded_amount: int
    """Discounts that the platform bears, in the minor unit of the currency."""
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


earning_json: Final = projection(
    EarningView,
    EarningJson,
    within="earning",
    kept_amount="earning.kept",
    desk_amount="earning.desk",
    tips_amount="earning.tips",
    commission_amount="earning.commission",
    funded_amount="earning.funded",
)
"""Show an entry."""
_account: Final = members(
    EarningsAccount,
    ProviderAccountJson,
    given=("items", "next_cursor"),
    provider_id="period.provider_id",
    from_="period.start",
    to="period.end",
    totals=projection(
        EarningTotals,
        EarningTotalsJson,
        opening_amount="opening",
        kept_amount="kept",
        desk_amount="desk",
        tips_amount="tips",
        commission_amount="commission",
        funded_amount="funded",
        paid_out_amount="paid_out",
        adjusted_amount="adjusted",
        closing_amount="closing",
        owed_amount="owed",
    ),
    held=projection(HeldMoney, HeldMoneyJson, upcoming_amount="upcoming", disputed_amount="disputed"),
)


def account_json(account: EarningsAccount, limit: int) -> ProviderAccountJson:
    """Show an account with the page of `limit` of its `limit` + 1 entries."""
    page, next_cursor = cut(account.entries, limit, lambda view: view.id)
    return ProviderAccountJson(items=tuple(map(earning_json, page)), next_cursor=next_cursor, **_account(account))


def balances_json(found: Sequence[ProviderBalance], limit: int) -> BalancesJson:
    """A page of the balances of the `limit` + 1 providers that were read."""
    by_provider = [list(group) for _, group in groupby(found, key=lambda each: each.provider_id)]
    return BalancesJson.of(by_provider, limit, _balances_of_provider, lambda group: group[0].provider_id)


_balance_json: Final = projection(ProviderBalance, BalanceJson, owed_amount="owed", reserved_amount="reserved")


def _balances_of_provider(group: Sequence[ProviderBalance]) -> ProviderBalancesJson:
    first = group[0]
    return ProviderBalancesJson(
        provider=PersonJson(id=first.provider_id, name=first.provider_name),
        has_bank_account=first.has_bank_account,
        balances=tuple(map(_balance_json, group)),
    )


_commission: Final = members(
    Commission, CommissionJson, given=("provider_id",), own_basis_points="own", platform_basis_points="platform"
)


def commission_json(provider_id: ProviderId | None, commission: Commission) -> CommissionJson:
    """Show the rates in force."""
    return CommissionJson(provider_id=provider_id, **_commission(commission))


own_payout_json: Final = projection(
    ProviderPayoutView,
    OwnPayoutJson,
    within="transfer",
    amount="transfer.amount.amount",
    currency="transfer.amount.currency",
    needs_bank_account=lambda view: view.waits_for is TransferStep.BANK_DETAILS,
)
"""Show a payout to its provider."""


provider_payout_json: Final = projection(
    ProviderPayoutView,
    ProviderPayoutJson,
    within="transfer",
    provider=projection(ProviderPayoutView, PersonJson, id="transfer.provider_id", name="provider_name"),
    amount="transfer.amount.amount",
    currency="transfer.amount.currency",
    payee=payee_json,
    bank_account=payee_account_json,
)
"""Show a payout to an admin."""
started_payout_json: Final = projection(
    ProviderPayout, StartedPayoutJson, amount="amount.amount", currency="amount.currency"
)
"""Show a payout that was started."""


PROVIDER: Final[dict[str, Any]] = {"id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "name": "Sarnai Tattoo"}
_PAYOUT_ID: Final = "0199f3d4-6e20-7b41-8f45-1c9b0d7f1a77"
ADJUST: Final[dict[str, Any]] = {"currency": "MNT", "amount": -50_000, "reason": "A card chargeback that you accepted."}
STATEMENT: Final = (
    "at,kind,bookingReference,payoutId,kept,desk,tips,commission,funded,amount,balance,currency,reason\r\n"
    "2026-11-01T00:00:00+00:00,opening,,,,,,,,,0.00,MNT,\r\n"
    "2026-11-23T03:05:00+00:00,booking,BK-7F3K9Q,,20000.00,0.00,0.00,2500.00,0.00,17500.00,,MNT,\r\n"
    "2026-12-01T00:00:00+00:00,closing,,,20000.00,0.00,0.00,2500.00,0.00,17500.00,17500.00,MNT,\r\n"
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
