"""Payouts to providers in memory, and the bank's references of all transfers."""

from collections.abc import Callable
from uuid import UUID

from booking_domain.payments.provider_payouts import BankReferences, ProviderPayout, ProviderPayouts
from booking_domain.payments.refunds import BankReferenceUsed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderPayoutId, RefundId
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.listing import by_amount, is_amount_in, page_of
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import BANK_REFERENCES, PROVIDER_PAYOUTS
from booking_domain.workflows.ports import ProviderPayoutFilter, ProviderPayoutReads
from booking_domain.workflows.views import ProviderPayoutView


class MemoryBankReferences(BankReferences):
    """The bank's references of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def use(self, reference: str, transfer_id: ProviderPayoutId | RefundId) -> None:
        if reference in self._state[BANK_REFERENCES]:
            raise BankReferenceUsed
        self._state[BANK_REFERENCES][reference] = transfer_id


class MemoryProviderPayouts(ProviderPayouts):
    """The payouts to providers of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, payout: ProviderPayout) -> None:
        self._state.require(PROFILES, payout.provider_id)
        self._state[PROVIDER_PAYOUTS][payout.id] = payout

    async def lock(self, payout_id: ProviderPayoutId) -> ProviderPayout | None:
        return self._state[PROVIDER_PAYOUTS].get(payout_id)

    async def save(self, payout: ProviderPayout, *, was: ProviderPayout) -> None:
        kept = self._state[PROVIDER_PAYOUTS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the payout")
        self._state[PROVIDER_PAYOUTS][payout.id] = payout


class MemoryProviderPayoutReads(ProviderPayoutReads):
    """Committed payouts to providers."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, payout_id: ProviderPayoutId) -> ProviderPayoutView | None:
        state = self._committed()
        payout = state[PROVIDER_PAYOUTS].get(payout_id)
        return None if payout is None else _view(state, payout)

    async def page(self, chosen: ProviderPayoutFilter) -> list[ProviderPayoutView]:
        state = self._committed()
        return page_of(
            [_view(state, payout) for payout in state[PROVIDER_PAYOUTS].values()],
            chosen,
            chosen.order,
            matches=lambda view: _matches(view, chosen),
            id_of=_id,
            key=lambda view: by_amount(view.payout.amount),
        )


def _id(view: ProviderPayoutView) -> UUID:
    return view.payout.id


def _matches(view: ProviderPayoutView, chosen: ProviderPayoutFilter) -> bool:
    payout = view.payout
    return (
        chosen.provider_id in {None, payout.provider_id}
        and chosen.status in {None, payout.status}
        and chosen.waits_for in {None, view.waits_for}
        and (chosen.at_from is None or chosen.at_from <= payout.created_at)
        and (chosen.at_before is None or payout.created_at < chosen.at_before)
        and is_amount_in(chosen.amount_from, chosen.amount_to, payout.amount)
    )


def _view(state: State, payout: ProviderPayout) -> ProviderPayoutView:
    profile = state[PROFILES][payout.provider_id]
    account = state[BANK_ACCOUNTS].get(profile.owner_id)
    return ProviderPayoutView(
        payout=payout,
        provider_name=profile.display_name,
        owner_id=profile.owner_id,
        bank_account=None if account is None else account.details,
    )
