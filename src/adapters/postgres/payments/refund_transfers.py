"""Refunds with the names and the bank accounts that their transfers need."""

from typing import Final

from sqlalchemy import Select, and_, bindparam, select

from adapters.postgres.bookings.tables import bookings, walk_ins
from adapters.postgres.bookings.walk_ins import CUSTOMER_NAME, is_customer, is_searched, searched
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.bank_accounts import BANK_ACCOUNT
from adapters.postgres.identity.tables import bank_accounts, users
from adapters.postgres.kit.listing import chosen_by, pages, parameters
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from adapters.postgres.payments.refunds import REFUND
from adapters.postgres.payments.tables import refunds
from adapters.postgres.payments.transfers import ReadsTransfers, next_step, transfer_chosen_by
from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import RefundMethod, RefundStatus
from booking_domain.shared.ids import ProviderId, RefundId
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import RefundTransferFilter, RefundTransferReads
from booking_domain.use_cases.platform.views import RefundTransfer, TransferStep

_r: Final = refunds.c
_REFUND: Final = len(REFUND.columns)
_IN_DISPUTE: Final = bookings.c.status == Status.DISPUTED.value
_NAMES: Final = (
    bookings.c.reference,
    bookings.c.provider_id,
    providers.c.display_name,
    CUSTOMER_NAME,
    _IN_DISPUTE.label("in_dispute"),
)
_STEP: Final = next_step(
    refunds,
    (_r.status == RefundStatus.REFUNDED.value, TransferStep.NOTHING),
    (and_(_IN_DISPUTE, _r.payment_id.is_(None)), TransferStep.DISPUTE),
    (_r.method == RefundMethod.GATEWAY.value, TransferStep.GATEWAY),
)
_TRANSFERS: Final[Select[tuple[object, ...]]] = select(*REFUND.columns, *_NAMES, *BANK_ACCOUNT.columns).select_from(
    refunds.join(bookings, bookings.c.id == _r.booking_id)
    .join(providers, providers.c.id == bookings.c.provider_id)
    .join(users, users.c.id == _r.customer_id)
    .outerjoin(walk_ins, walk_ins.c.booking_id == bookings.c.id)
    .outerjoin(bank_accounts, bank_accounts.c.user_id == _r.customer_id)
)
_ONE: Final = Statement(_TRANSFERS.where(_r.id == bindparam("refund_id")))
_PAGES: Final = pages(
    _TRANSFERS.where(
        *transfer_chosen_by(refunds, _STEP),
        if_given("booking_id", _r.booking_id, _r.booking_id == bindparam("booking_id")),
        *chosen_by(bookings, _r.created_at, is_customer(bindparam("customer_id", type_=bookings.c.id.type))),
        is_searched(_r.bank_reference),
    ),
    refunds,
    MoneyOrder,
)


class PostgresRefundTransferReads(ReadsTransfers, RefundTransferReads):
    """`RefundTransferReads` of `refunds` with the names in `providers` and `users`, and `bank_accounts`."""

    async def get(self, refund_id: RefundId) -> RefundTransfer | None:
        return await self._work.first(self._transfer, _ONE, refund_id=refund_id)

    async def page(self, criteria: RefundTransferFilter) -> list[RefundTransfer]:
        found = parameters(criteria) | searched(criteria.text, self._cipher)
        return await self._work.each(self._transfer, _PAGES[criteria.order], **found)

    def _transfer(self, row: Row) -> RefundTransfer:
        reference, provider_id, provider, customer, in_dispute, *account = row[_REFUND:]
        return RefundTransfer(
            transfer=REFUND.read(row[:_REFUND], self._cipher),
            booking_reference=reference,
            provider_id=ProviderId(provider_id),
            provider_name=provider,
            customer_name=customer,
            bank_account=self._account(account),
            in_dispute=in_dispute,
        )
