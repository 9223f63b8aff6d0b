"""A payment gateway in memory, with a customer who pays and a connection that can be interrupted."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from booking_domain.payments.chargeable import ANY_AMOUNT, AmountRule, Chargeable
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import DeepLink, Invoice
from booking_domain.payments.ports import (
    CaptureOrder,
    ChargeOrder,
    ChargeOutcome,
    GatewayPayment,
    GatewayReport,
    InvoiceOrder,
    MethodForm,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
)
from booking_domain.shared.ids import RefundId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money

# A PNG of one transparent pixel.
_QR_IMAGE: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice as the gateway stores it."""

    order: InvoiceOrder
    received: Money
    refunds: Mapping[RefundId, Money] = field(default_factory=dict)
    cancelled: bool = False
    authorised: Money | None = None
    """What is authorised, and neither captured nor released."""
    authorised_at: datetime | None = None
    kept: KeptMethod | None = None

    @property
    def held(self) -> Money:
        """Received, and not paid back."""
        return self.received - sum(self.refunds.values(), Money.zero(self.received.currency))


class MemoryGateway(PaymentGateway):
    """Stores invoices and accepts every payment made with `pay`.

    With `available = False` it raises `GatewayUnavailable`. With `lose_answers = True`
    it does the work and then raises. `currencies` are the amounts that it charges.
    """

    def __init__(
        self,
        name: str = "memory",
        currencies: Mapping[str, AmountRule] = ANY_AMOUNT.currencies,
        *,
        refunds_parts: bool = True,
        authorises: bool = False,
        keeps_methods: bool = False,
    ) -> None:
        self._chargeable = Chargeable(gateway=name, currencies=currencies)
        self._name = name
        self._refunds_parts = refunds_parts
        self._authorises = authorises
        self.keeps = keeps_methods
        """Whether it keeps methods."""
        self._paid: list[GatewayPayment] = []
        self.bills: dict[str, Bill] = {}
        """Orders by invoice reference, oldest first."""
        self.reports: int = 0
        """The number of requested reports."""
        self.refundable = True
        """Whether it makes refunds; else each is impossible."""
        self.captures: dict[str, Money] = {}
        """What it has captured, by invoice reference."""
        self.charge_outcome = ChargeOutcome.TAKEN
        """What comes of charging a kept method from now on."""
        self.charges: list[ChargeOrder] = []
        self.forgotten: list[KeptMethod] = []
        """What was to be charged, each try once."""
        self.method_forms: dict[str, KeptMethod | None] = {}
        """What was entered in each form, by its reference."""
        self.card_digest = b""
        """The digest of the card that pays; empty: it tells none."""
        self.available = True
        self.reports_until_down: int | None = None
        """How many reports it still makes before all others fail; None: any number."""
        self.lose_answers = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def chargeable(self) -> Chargeable:
        return self._chargeable

    @property
    def refunds_parts(self) -> bool:
        return self._refunds_parts

    @property
    def authorises(self) -> bool:
        return self._authorises

    @property
    def keeps_methods(self) -> bool:
        return self.keeps

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        await self._connect()
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
        await self._connect()
        if self.reports_until_down is not None:
            if not self.reports_until_down:
                raise GatewayUnavailable(gateway=self._name)
            self.reports_until_down -= 1
        self.reports += 1
        bill = self.bills.get(invoice_reference)
        if bill is None or bill.received.currency != currency:
            raise GatewayUnavailable(gateway=self._name)
        self._hang_up()
        return GatewayReport(
            received=bill.held,
            raw=f'{{"received": {bill.held.amount}}}',
            authorised=bill.authorised,
            authorised_at=bill.authorised_at if bill.authorised else None,
            card_digest=self.card_digest if bill.held or bill.authorised else b"",
            kept=bill.kept if bill.held else None,
            closed=bill.cancelled,
        )

    async def cancel_invoice(self, invoice_reference: str) -> None:
        await self._connect()
        bill = self.bills.get(invoice_reference)
        if bill is not None and not bill.received:
            self.bills[invoice_reference] = replace(bill, cancelled=True, authorised=None)
        self._hang_up()

    async def capture(self, order: CaptureOrder) -> None:
        await self._connect()
        bill = self.bills.get(order.invoice_reference)
        if bill is not None and bill.authorised is not None and order.amount <= bill.authorised:
            self.captures[order.invoice_reference] = order.amount
            self._receive(order.invoice_reference, replace(bill, authorised=None), order.amount, bill.authorised_at)
        self._hang_up()

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        if not self.keeps:
            return await super().charge(order)
        await self._connect()
        bill = self.bills[order.invoice_reference]
        if not any((each.payment_id, each.attempt) == (order.payment_id, order.attempt) for each in self.charges):
            self.charges.append(order)
            if self.charge_outcome is ChargeOutcome.TAKEN and not bill.received and not bill.cancelled:
                paid = replace(bill, kept=order.method)
                self._receive(order.invoice_reference, paid, bill.order.amount, None)
        self._hang_up()
        return self.charge_outcome

    async def open_method_form(self, payer: str) -> MethodForm:
        if not self.keeps:
            return await super().open_method_form(payer)
        await self._connect()
        reference = f"{payer}-form-{len(self.method_forms) + 1}"
        self.method_forms[reference] = None
        self._hang_up()
        return MethodForm(reference=reference, client_secret=f"{reference}-secret")

    async def entered_method(self, form_reference: str) -> KeptMethod | None:
        if not self.keeps:
            return await super().entered_method(form_reference)
        await self._connect()
        self._hang_up()
        return self.method_forms.get(form_reference)

    def enter_method(self, form_reference: str, label: str = "Visa 4242") -> None:
        """Enter a card in a form."""
        payer = form_reference.partition("-form-")[0]
        self.method_forms[form_reference] = _kept(payer, f"method of {form_reference}", label)

    async def forget_method(self, method: KeptMethod) -> None:
        if not self.keeps:
            await super().forget_method(method)
        await self._connect()
        self.forgotten.append(method)
        self._hang_up()

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        await self._connect()
        bill = self.bills[order.invoice_reference]
        if order.refund_id not in bill.refunds:
            whole = order.amount == bill.held
            if not self.refundable or not order.amount <= bill.held or not (whole or self._refunds_parts):
                self._hang_up()
                return RefundOutcome.IMPOSSIBLE
            refunds = {**bill.refunds, order.refund_id: order.amount}
            self.bills[order.invoice_reference] = replace(bill, refunds=refunds)
        self._hang_up()
        return RefundOutcome.MADE

    async def payments_between(self, start: datetime, end: datetime) -> Sequence[GatewayPayment]:
        await self._connect()
        self._hang_up()
        return [
            replace(each, refunded=not self.bills[each.invoice_reference].held)
            for each in self._paid
            if each.paid_at is None or start <= each.paid_at < end
        ]

    async def order_number(self, invoice_reference: str) -> str | None:
        await self._connect()
        bill = self.bills.get(invoice_reference)
        self._hang_up()
        return None if bill is None else bill.order.order_number

    def pay(self, invoice_reference: str, amount: Money, at: datetime | None = None) -> bool:
        """Pay any amount on an invoice, or authorise its amount once. Return whether the gateway accepts it."""
        bill = self.bills.get(invoice_reference)
        if bill is None or bill.cancelled:
            return False
        if bill.order.keep_method:
            payer = bill.order.payer or f"payer of {invoice_reference}"
            bill = replace(bill, kept=_kept(payer, f"method of {invoice_reference}", "Visa 4242"))
        if bill.order.authorise:
            if bill.received or bill.authorised is not None or amount != bill.order.amount:
                return False
            self.bills[invoice_reference] = replace(bill, authorised=amount, authorised_at=at)
            return True
        self._receive(invoice_reference, bill, amount, at)
        return True

    def lapse(self, invoice_reference: str) -> None:
        """Let an authorisation lapse."""
        bill = self.bills[invoice_reference]
        if bill.authorised is not None:
            self.bills[invoice_reference] = replace(bill, authorised=None, cancelled=True)

    def _receive(self, invoice_reference: str, bill: Bill, amount: Money, at: datetime | None) -> None:
        self.bills[invoice_reference] = replace(bill, received=bill.received + amount)
        reference = f"{invoice_reference}-{len(self._paid) + 1}"
        self._paid.append(
            GatewayPayment(
                reference=reference, invoice_reference=invoice_reference, amount=amount, refunded=False, paid_at=at
            )
        )

    def forget_payments(self) -> None:
        """Remove all payments from its list."""
        self._paid.clear()

    async def _connect(self) -> None:
        await asyncio.sleep(0)  # yield to other tasks, as a request to a real gateway does
        if not self.available:
            raise GatewayUnavailable(gateway=self._name)

    def _hang_up(self) -> None:
        if self.lose_answers:
            raise GatewayUnavailable(gateway=self._name)


def _kept(payer: str, reference: str, label: str) -> KeptMethod:
    return KeptMethod(payer=payer, reference=reference, label=label)
