"""Payouts to providers on PostgreSQL, and the bank's references of all transfers."""

from typing import Final
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.bank_accounts import BANK_ACCOUNT
from adapters.postgres.identity.tables import bank_accounts
from adapters.postgres.kit.bank_details import encrypted_details
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import pages, parameters
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.payments.earning_tables import bank_references, provider_payouts
from adapters.postgres.payments.transfers import (
    CHANGES,
    ReadsTransfers,
    next_step,
    transfer_chosen_by,
)
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayouts, ProviderPayoutStatus
from booking_domain.payments.transfers import BankReferences
from booking_domain.shared.ids import ProviderPayoutId, UserId
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter, ProviderPayoutReads
from booking_domain.use_cases.platform.views import ProviderPayoutView, TransferStep

PAYOUT: Final = Mapper(
    provider_payouts,
    ProviderPayout,
    amount=Columns("amount", "currency"),
    payee=encrypted_details("payee_sealed"),
    changes=CHANGES,
)
_p: Final = provider_payouts.c
_PAYOUT: Final = len(PAYOUT.columns)
_LOCK: Final = Statement(select(*PAYOUT.columns).where(_p.id == bindparam("payout_id")).with_for_update())
_CLAIM: Final = Statement(
    insert(bank_references).values(reference=bindparam("reference"), transfer_id=bindparam("transfer_id"))
)
_STEP: Final = next_step(provider_payouts, (_p.status != ProviderPayoutStatus.PENDING.value, TransferStep.NOTHING))
_VIEW: Final[Select[tuple[object, ...]]] = select(
    *PAYOUT.columns, providers.c.display_name, providers.c.owner_id, *BANK_ACCOUNT.columns
).select_from(
    provider_payouts.join(providers, providers.c.id == _p.provider_id).outerjoin(
        bank_accounts, bank_accounts.c.user_id == providers.c.owner_id
    )
)
_ONE: Final = Statement(_VIEW.where(_p.id == bindparam("payout_id")))
_PAGES: Final = pages(
    _VIEW.where(
        *transfer_chosen_by(provider_payouts, _STEP),
        if_given("provider_id", _p.provider_id, _p.provider_id == bindparam("provider_id")),
        if_given("at_from", _p.created_at, _p.created_at >= bindparam("at_from")),
        if_given("at_before", _p.created_at, _p.created_at < bindparam("at_before")),
    ),
    provider_payouts,
    MoneyOrder,
)


class PostgresBankReferences(WithWork, BankReferences):
    """`BankReferences` in the table `bank_references`."""

    async def use(self, reference: str, transfer_id: UUID) -> None:
        await self._work.execute(_CLAIM, reference=reference, transfer_id=transfer_id)
        await self._work.flush()


class PostgresProviderPayouts(VersionedRows[ProviderPayout], WithCipher, ProviderPayouts):
    """`ProviderPayouts` in the table `provider_payouts`."""

    rows = Rows(PAYOUT, "payout")

    async def lock(self, payout_id: ProviderPayoutId) -> ProviderPayout | None:
        return await self._work.first(PAYOUT.reader(self._cipher), _LOCK, payout_id=payout_id)


class PostgresProviderPayoutReads(ReadsTransfers, ProviderPayoutReads):
    """`ProviderPayoutReads` of `provider_payouts` with the names in `providers`, and `bank_accounts`."""

    async def get(self, payout_id: ProviderPayoutId) -> ProviderPayoutView | None:
        return await self._work.first(self._view, _ONE, payout_id=payout_id)

    async def page(self, criteria: ProviderPayoutFilter) -> list[ProviderPayoutView]:
        return await self._work.each(self._view, _PAGES[criteria.order], **parameters(criteria))

    def _view(self, row: Row) -> ProviderPayoutView:
        name, owner_id, *account = row[_PAYOUT:]
        return ProviderPayoutView(
            transfer=PAYOUT.read(row[:_PAYOUT], self._cipher),
            provider_name=name,
            owner_id=UserId(owner_id),
            bank_account=self._account(account),
        )
