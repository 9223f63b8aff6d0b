"""Have the gateway make an invoice, outside any transaction, and record it, so that a crash loses no money.

The caller has leased the preparation of the invoice in a transaction. If there is none in the end, the lease is given
back, so that another request can try at once; after a crash it lapses. The next invoice has a new order number, because
a gateway may refuse a used one. An invoice that is not recorded was shown to no customer, and is withdrawn.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import InvoiceOrder, PaymentGateway
from booking_domain.shared.errors import DomainError, StorageUnavailable


class _Invoiced(Protocol):
    @property
    def invoice(self) -> Invoice | None: ...


Recorded = TypeVar("Recorded", bound=_Invoiced)


async def make_invoice(
    order: InvoiceOrder,
    gateway: PaymentGateway,
    *,
    record: Callable[[Invoice], Awaitable[Recorded]],
    give_back: Callable[[], Awaitable[None]],
) -> Recorded:
    """Return what `record` returns for the invoice; `give_back` gives the lease back.

    Raises:
        GatewayUnavailable: the gateway created no invoice that can be paid. Retry.
        DomainError: all that `record` raises.
    """
    try:
        invoice = await gateway.create_invoice(order)
    except Exception:
        with suppress(DomainError):  # then it lapses
            await give_back()
        raise
    try:
        recorded = await record(invoice)
    except StorageUnavailable:  # it may be recorded
        raise
    except Exception:
        await withdraw(invoice, gateway)
        raise
    if recorded.invoice != invoice:
        await withdraw(invoice, gateway)
    return recorded


async def withdraw(invoice: Invoice, gateway: PaymentGateway) -> None:
    """Cancel an invoice that is not to be paid. If the gateway is unavailable it stays, and money for it counts."""
    with suppress(GatewayUnavailable):
        await gateway.cancel_invoice(invoice.reference)
