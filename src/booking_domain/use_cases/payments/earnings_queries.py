"""What providers earn: their own account, and all accounts for admins.

The manager of a salon sees none of its members' accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.payments.earnings import Commission, EarningTotals, EarningView, HeldMoney, Period, ProviderBalance
from booking_domain.payments.provider_payouts import ProviderPayoutNotFound
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import EarningId, ProviderId, ProviderPayoutId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter, ProviderPayoutReads, Reads
from booking_domain.use_cases.platform.views import ProviderPayoutView


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningsAccount:
    """A provider's account over a period, with a page of its entries."""

    period: Period
    totals: Sequence[EarningTotals]
    held: Sequence[HeldMoney]
    entries: Sequence[EarningView]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningsSelection:
    """A period, and a page of its entries."""

    start: datetime | None = None
    end: datetime | None = None
    after: EarningId | None = None
    limit: int = 50


async def _get_own_earnings(actor: Actor, selection: EarningsSelection, reads: Reads) -> EarningsAccount:
    """The account of the actor's own profile."""
    authorise(actor, Permission.SEE_EARNINGS)
    return await _account(await own_provider(actor, reads), selection, reads)


async def _get_earnings(
    actor: Actor, provider_id: ProviderId, selection: EarningsSelection, reads: Reads
) -> EarningsAccount:
    """The account of a provider; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    if await reads.providers.get(provider_id) is None:
        raise ProviderNotFound
    return await _account(provider_id, selection, reads)


async def _account(provider_id: ProviderId, selection: EarningsSelection, reads: Reads) -> EarningsAccount:
    period = Period(provider_id=provider_id, start=selection.start, end=selection.end)
    return EarningsAccount(
        period=period,
        totals=await reads.earnings.totals(period),
        held=await reads.earnings.held(provider_id),
        entries=await reads.earnings.page(period, selection.after, selection.limit),
    )


async def _list_own_provider_payouts(
    actor: Actor, criteria: ProviderPayoutFilter, reads: Reads
) -> Sequence[ProviderPayoutView]:
    """The payouts to the actor's own profile."""
    authorise(actor, Permission.SEE_EARNINGS)
    return await reads.provider_payouts.page(replace(criteria, provider_id=await own_provider(actor, reads)))


async def _list_balances(actor: Actor, after: ProviderId | None, limit: int, reads: Reads) -> Sequence[ProviderBalance]:
    """What each provider is owed, by provider and currency; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return await reads.earnings.balances(after, limit)


async def _get_commission(actor: Actor, provider_id: ProviderId | None, reads: Reads, *, now: datetime) -> Commission:
    """The commission rates in force now, for admins."""
    authorise(actor, Permission.SET_COMMISSION)
    if provider_id is not None and await reads.providers.get(provider_id) is None:
        raise ProviderNotFound
    return await reads.commission_rates.at(provider_id, now)


async def _list_provider_payouts(
    actor: Actor, criteria: ProviderPayoutFilter, payouts: ProviderPayoutReads
) -> Sequence[ProviderPayoutView]:
    """Payouts to providers with what their transfers need; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return await payouts.page(criteria)


async def _get_provider_payout(
    actor: Actor, payout_id: ProviderPayoutId, payouts: ProviderPayoutReads
) -> ProviderPayoutView:
    """One payout to a provider with what its transfer needs; for admins."""
    authorise(actor, Permission.MANAGE_TRANSFERS)
    return required(await payouts.get(payout_id), ProviderPayoutNotFound)


async def own_provider(actor: Actor, reads: Reads) -> ProviderId:
    """The id of the actor's own profile, or raise `ProfileMissing`."""
    view = required(await reads.providers.by_owner(actor.id), ProfileMissing)
    return view.profile.id


get_own_earnings: Final = Query(_get_own_earnings, (NotPermitted, ProfileMissing))
get_earnings: Final = Query(_get_earnings, (NotPermitted, ProviderNotFound))
list_own_provider_payouts: Final = Query(_list_own_provider_payouts, (NotPermitted, ProfileMissing))
list_balances: Final = Query(_list_balances, (NotPermitted,))
get_commission: Final = Query(_get_commission, (NotPermitted, ProviderNotFound))
list_provider_payouts: Final = Query(_list_provider_payouts, (NotPermitted,))
get_provider_payout: Final = Query(_get_provider_payout, (NotPermitted, ProviderPayoutNotFound))
