"""Payouts to providers in memory, and the bank's references of all transfers."""

from uuid import UUID

from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayouts
from booking_domain.payments.transfers import BankReferences, BankReferenceUsed
from booking_domain.shared.ids import ProviderPayoutId
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.listing import by_amount, is_amount_in, page_of
from booking_domain.testing.kit.tables import InMemory, State, VersionedRepository
from booking_domain.testing.payments.memory.tables import BANK_REFERENCES, PROVIDER_PAYOUTS
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter, ProviderPayoutReads
from booking_domain.use_cases.platform.views import ProviderPayoutView


class MemoryBankReferences(InMemory, BankReferences):
    """The bank's references of one database transaction."""

    async def use(self, reference: str, transfer_id: UUID) -> None:
        if reference in self._state[BANK_REFERENCES]:
            raise BankReferenceUsed
        self._state[BANK_REFERENCES][reference] = transfer_id


class MemoryProviderPayouts(VersionedRepository[ProviderPayoutId, ProviderPayout], ProviderPayouts):
    """The payouts to providers of one database transaction."""

    table = PROVIDER_PAYOUTS


class MemoryProviderPayoutReads(InMemory, ProviderPayoutReads):
    """Committed payouts to providers."""

    async def get(self, payout_id: ProviderPayoutId) -> ProviderPayoutView | None:
        state = self._state
        payout = state[PROVIDER_PAYOUTS].get(payout_id)
        return None if payout is None else _view(state, payout)

    async def page(self, criteria: ProviderPayoutFilter) -> list[ProviderPayoutView]:
        state = self._state
        return page_of(
            [_view(state, payout) for payout in state[PROVIDER_PAYOUTS].values()],
            criteria,
            criteria.order,
            matches=lambda view: _matches(view, criteria),
            id_of=lambda view: view.id,
            key=lambda view: by_amount(view.transfer.amount),
        )


def _matches(view: ProviderPayoutView, criteria: ProviderPayoutFilter) -> bool:
    payout = view.transfer
    return (
        criteria.provider_id in {None, payout.provider_id}
        and criteria.status in {None, payout.status}
        and criteria.waits_for in {None, view.waits_for}
        and (criteria.at_from is None or criteria.at_from <= payout.created_at)
        and (criteria.at_before is None or payout.created_at < criteria.at_before)
        and is_amount_in(criteria.amount_from, criteria.amount_to, payout.amount)
    )


def _view(state: State, payout: ProviderPayout) -> ProviderPayoutView:
    profile = state[PROFILES][payout.provider_id]
    account = state[BANK_ACCOUNTS].get(profile.owner_id)
    return ProviderPayoutView(
        transfer=payout,
        provider_name=profile.display_name,
        owner_id=profile.owner_id,
        bank_account=account,
    )
