"""Each page of a list of admins is one statement, and an index has its order."""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.contract.backends import on_postgres
from tests.databases import TestServer

from adapters.postgres.kit import pipelining, work
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.catalogue.model import ProviderFilter, ProviderOrder
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import a_booking
from booking_domain.use_cases.platform.listings import (
    BookingListFilter,
    BookingListOrder,
    ListFilter,
    MoneyOrder,
    TransactionFilter,
)
from booking_domain.use_cases.platform.ports import RefundTransferFilter

FILTERS: Final[tuple[ListFilter, ...]] = (
    *(BookingListFilter(order=order) for order in BookingListOrder),
    *(TransactionFilter(order=order) for order in MoneyOrder),
    *(TransactionFilter(order=order, party_id=UserId(uuid4())) for order in MoneyOrder),
    *(RefundTransferFilter(order=order) for order in MoneyOrder),
    BookingListFilter(provider_id=ProviderId(uuid4()), at_from=NOW),
)
Sent = list[tuple[Statement, dict[str, Any]]]


async def _page(backend: Backend, chosen: ListFilter) -> None:
    if isinstance(chosen, BookingListFilter):
        await backend.reads.appointments.page(chosen)
    elif isinstance(chosen, TransactionFilter):
        await backend.reads.transactions.page(chosen)
    else:
        assert isinstance(chosen, RefundTransferFilter)
        await backend.reads.refund_transfers.page(chosen)


def _recorded(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent: Sent = []
    kinds: tuple[type[Work], ...] = (work.Work, pipelining.PooledWork)
    for kind in kinds:
        real: Callable[..., Any] = kind.execute

        async def execute(self: Work, statement: Statement, /, _real: Callable[..., Any] = real, **values: Any) -> Any:
            sent.append((statement, values))
            return await _real(self, statement, **values)

        monkeypatch.setattr(kind, "execute", execute)
    return sent


async def test_the_services_of_a_provider_and_of_a_salon_are_one_statement_each(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = _recorded(monkeypatch)
    async with on_postgres(postgres) as backend:
        sent.clear()
        await backend.reads.services.of_provider(ProviderId(uuid4()))
        await backend.reads.services.of_salon(SalonId(uuid4()))
    assert len(sent) == 2


async def test_each_page_of_a_list_is_one_statement_in_the_order_of_an_index(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Builder()
    async with on_postgres(postgres) as backend:
        booking = await a_booking(backend, make)
        async with backend.begin() as tx:
            await tx.payments.add(make.payment(booking))
            await tx.refunds.add(make.refund(booking))
        sent = _recorded(monkeypatch)
        for chosen in FILTERS:
            sent.clear()
            await _page(backend, chosen)
            [(statement, values)] = sent
            if chosen.provider_id is not None:
                continue
            async with backend.connection() as connection, connection.transaction():
                await connection.execute("SET LOCAL enable_seqscan = off")
                await connection.execute("SET LOCAL enable_sort = off")
                reply = await connection.execute(b"EXPLAIN " + statement.sql, statement.bind(values))
                plan = "\n".join(row[0] for row in await reply.fetchall())
            assert "Sort  (" not in plan, (chosen, plan)


async def test_each_page_of_a_public_list_is_one_statement(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_postgres(postgres) as backend:
        sent = _recorded(monkeypatch)
        for order in ProviderOrder:
            await backend.reads.providers.page(ProviderFilter(order=order, limit=9))
        assert len(sent) == len(ProviderOrder)
