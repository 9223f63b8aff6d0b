"""A payment gateway in memory, with a customer who pays and a line that can be cut."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import DeepLink, Invoice
from booking_domain.payments.ports import GatewayReport, InvoiceOrder, PaymentGateway
from booking_domain.shared.money import Money

# The smallest PNG there is: one transparent pixel.
_QR_IMAGE: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice as the gateway itself keeps it."""

    order: InvoiceOrder
    received: Money
    cancelled: bool = False


class MemoryGateway(PaymentGateway):
    """Keeps invoices, and believes whoever says `pay`.

    `available = False` cuts the line. `lose_answers = True` is worse: what is asked is done, and the answer is lost.
    """

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self.bills: dict[str, Bill] = {}
        """By invoice reference, oldest first."""
        self.reports: int = 0
        """How often it was asked what has been paid."""
        self.available = True
        self.lose_answers = False

    @property
    def name(self) -> str:
        return self._name

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        await self._pick_up()
        if any(bill.order.order_number == order.order_number for bill in self.bills.values()):
            raise GatewayUnavailable(gateway=self._name)
        reference = f"{self._name}-{len(self.bills) + 1}"
        self.bills[reference] = Bill(order=order, received=Money.zero(order.amount.currency))
        self._hang_up()
        return Invoice(
            reference=reference,
            qr_text=f"pay:{reference}:{order.amount.amount}",
            qr_image=_QR_IMAGE,
            checkout_url=f"https://gateway.invalid/checkout/{reference}",
            deep_links=(DeepLink(name="Memory Bank", link=f"memorybank://q?invoice={reference}"),),
        )

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        await self._pick_up()
        self.reports += 1
        bill = self.bills.get(invoice_reference)
        if bill is None or bill.received.currency != currency:
            raise GatewayUnavailable(gateway=self._name)
        self._hang_up()
        return GatewayReport(received=bill.received, raw=f'{{"received": {bill.received.amount}}}')

    async def cancel_invoice(self, invoice_reference: str) -> None:
        await self._pick_up()
        bill = self.bills.get(invoice_reference)
        if bill is not None and not bill.received:
            self.bills[invoice_reference] = replace(bill, cancelled=True)
        self._hang_up()

    def pay(self, invoice_reference: str, amount: Money) -> bool:
        """Let a customer pay so much, whatever was asked for; say whether that is possible."""
        bill = self.bills.get(invoice_reference)
        if bill is None or bill.cancelled:
            return False
        self.bills[invoice_reference] = replace(bill, received=bill.received + amount)
        return True

    async def _pick_up(self) -> None:
        await asyncio.sleep(0)  # others get their turn here, as they do while a real gateway is asked
        if not self.available:
            raise GatewayUnavailable(gateway=self._name)

    def _hang_up(self) -> None:
        if self.lose_answers:
            raise GatewayUnavailable(gateway=self._name)
