"""The gateways of the fault tests: their simulators, how they are paid and what they call the API with."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import httpx
from stripe import WebhookSignature
from tests.unit.adapters.qpay_edge.edge_fixtures import API, signed
from tests.unit.adapters.qpay_edge.worker_process import KEY, OTHER_KEY, WorkerProcess, require_node
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess
from tests.unit.simulators.stripe.simulator_process import PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, StripeSimulator

from adapters.qpay_edge.gateway import QPayEdgeGateway
from adapters.qpay_edge.signatures import TO_API
from adapters.security.clock import SystemClock
from adapters.stripe.currencies import from_stripe
from booking_domain.payments.model import Payment
from booking_domain.payments.orders import Order
from booking_domain.shared.ids import PaymentId
from entrypoints.http.container import HttpContainer
from simulators.qpay.state.invoices import Invoices, InvoiceStatus
from simulators.qpay.state.payments import Method, Payments, PaymentStatus, new_payment_id, paid_total
from simulators.qpay.state.payments import Payment as QPayPayment
from simulators.qpay.state.store import Store
from simulators.stripe.books import CHARGE, Books
from simulators.stripe.store import Document
from simulators.stripe.store import Store as StripeStore

Billed = Payment | Order
"""What has an invoice."""
ELSEWHERE: Final = "whsec_that_is_not_the_endpoints_0123"


class GatewayUnderTest(Protocol):
    """A gateway with its simulator. What is paid is written into its books; no callback is sent by itself."""

    name: str
    settings: Mapping[str, str]
    pays_twice: bool
    """Whether an invoice can be paid again."""
    accepted: int
    """The status of a callback that is accepted."""

    def prepare(self, container: HttpContainer) -> None:
        """Adapt the API's parts."""
        ...

    def pay(self, payment: Billed, at: datetime, *, by_card: bool = False) -> None:
        """Pay an invoice in full. What was paid by card can be paid back by the gateway."""
        ...

    def received(self) -> int:
        """The total of the gateway's books."""
        ...

    def held(self, payment: Billed) -> int:
        """What the gateway's books hold for a payment, in minor units: received and not paid back."""
        ...

    def withdrawn(self, payment: Billed) -> bool:
        """Whether the invoice is cancelled in the gateway's books."""
        ...

    async def call_back(
        self, payment: Billed, client: httpx.AsyncClient, container: HttpContainer, *, forged: bool
    ) -> int:
        """Call the API about a payment, perhaps as somebody else; the status of the answer."""
        ...


class QPay:
    name = "qpay"
    pays_twice = True
    accepted = 200

    def __init__(self, simulator: SimulatorProcess) -> None:
        self.settings: Mapping[str, str] = {"QPAY_BASE_URL": f"{simulator.url}/v2"}
        self._books = simulator.state

    def prepare(self, container: HttpContainer) -> None:
        """Nothing to adapt."""

    def pay(self, payment: Billed, at: datetime, *, by_card: bool = False) -> None:
        assert payment.invoice is not None
        method = Method.CARD if by_card else Method.P2P
        with closing(Store(self._books)) as store, store.transaction():
            paid = QPayPayment(
                payment_id=new_payment_id(method),
                invoice_id=payment.invoice.reference,
                status=PaymentStatus.PAID,
                amount=payment.amount.amount,
                method=method,
                created_at=at.timestamp(),
            )
            Payments(store).add(paid)
            Invoices(store).set_status(paid.invoice_id, InvoiceStatus.CLOSED)

    def received(self) -> int:
        with closing(Store(self._books)) as store:
            row = store.one("SELECT coalesce(sum(amount), 0) AS total FROM payments WHERE status = 'PAID'")
        assert row is not None
        return int(row["total"])

    def held(self, payment: Billed) -> int:
        assert payment.invoice is not None
        with closing(Store(self._books)) as store:
            return paid_total(Payments(store).of_invoice(payment.invoice.reference))

    def withdrawn(self, payment: Billed) -> bool:
        assert payment.invoice is not None
        with closing(Store(self._books)) as store:
            invoice = Invoices(store).get(payment.invoice.reference)
        return invoice is not None and invoice.status is InvoiceStatus.CANCELED

    async def call_back(
        self, payment: Billed, client: httpx.AsyncClient, container: HttpContainer, *, forged: bool
    ) -> int:
        token = container.callback_tokens().issue(PaymentId(payment.id))
        query = {"token": token[::-1] if forged else token, "qpay_payment_id": "1"}
        return (await client.get(f"/webhooks/qpay/{payment.id}", params=query)).status_code


class QPayEdge(QPay):
    """QPay behind the Worker, which runs in workerd. The Worker's clock is the machine's; the API's stands still."""

    name = "qpay-edge"

    def __init__(self, simulator: SimulatorProcess, worker: WorkerProcess) -> None:
        super().__init__(simulator)
        self.settings = {
            "BOOKING_GATEWAY": "qpay-edge",
            "BOOKING_PUBLIC_URL": API,
            "QPAY_EDGE_URL": worker.url,
            "QPAY_EDGE_KEY": KEY,
        }

    def prepare(self, container: HttpContainer) -> None:
        given = container.settings()
        container.qpay_edge_gateway.override(
            QPayEdgeGateway(
                base_url=given.edge.url,
                key=given.edge.key,
                clock=SystemClock(),
                return_url=given.public_url,
                notify_url=f"{given.public_url}/api/v1/webhooks/qpay-edge",
            )
        )

    async def call_back(
        self, payment: Billed, client: httpx.AsyncClient, container: HttpContainer, *, forged: bool
    ) -> int:
        assert payment.invoice is not None
        body = json.dumps({"qpayInvoiceId": payment.invoice.reference, "status": "paid"}).encode()
        target, key = "/webhooks/qpay-edge", OTHER_KEY if forged else KEY
        headers = signed(TO_API, "POST", f"/api/v1{target}", body, at=container.clock().now(), key=key)
        return (await client.post(target, content=body, headers=headers)).status_code


class Stripe:
    name = "stripe"
    pays_twice = False
    accepted = 204

    def __init__(self, simulator: StripeSimulator) -> None:
        self.settings: Mapping[str, str] = {
            "BOOKING_GATEWAY": "stripe",
            "STRIPE_BASE_URL": simulator.url,
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        self._books = simulator.state

    def prepare(self, container: HttpContainer) -> None:
        """Nothing to adapt."""

    def pay(self, payment: Billed, at: datetime, *, by_card: bool = True) -> None:
        assert payment.invoice is not None
        with closing(StripeStore(self._books)) as store, store.transaction():
            books = Books(store, lambda *_: None)
            charge = books.charge_of(books.confirm(payment.invoice.reference, "pm_card_visa"))
            assert charge is not None
            store.put(charge | {"created": int(at.timestamp())})

    def received(self) -> int:
        with closing(StripeStore(self._books)) as store:
            charges = store.newest_first(CHARGE)
        return sum(from_stripe(each["amount_captured"], each["currency"]).amount for each in charges)

    def held(self, payment: Billed) -> int:
        with closing(StripeStore(self._books)) as store:
            charge = Books(store, lambda *_: None).charge_of(self._intent(payment, store))
        if charge is None or not charge["captured"]:
            return 0
        return from_stripe(charge["amount"] - charge["amount_refunded"], charge["currency"]).amount

    def withdrawn(self, payment: Billed) -> bool:
        with closing(StripeStore(self._books)) as store:
            return bool(self._intent(payment, store)["status"] == "canceled")

    def _intent(self, payment: Billed, store: StripeStore) -> Document:
        assert payment.invoice is not None
        return Books(store, lambda *_: None).intent(payment.invoice.reference)

    async def call_back(
        self, payment: Billed, client: httpx.AsyncClient, container: HttpContainer, *, forged: bool
    ) -> int:
        assert payment.invoice is not None
        subject = {"id": payment.invoice.reference, "object": "payment_intent"}
        body = json.dumps({"object": "event", "data": {"object": subject}, "type": "payment_intent.succeeded"})
        at = int(container.clock().now().timestamp())
        secret = ELSEWHERE if forged else WEBHOOK_SECRET
        headers = {"Stripe-Signature": WebhookSignature.generate_signature_header(body, secret, at)}
        return (await client.post("/webhooks/stripe", content=body, headers=headers)).status_code


@contextmanager
def gateway_under_test(name: str, folder: Path) -> Iterator[GatewayUnderTest]:
    """Start the simulator of a gateway, and the Worker where it is called through one."""
    if name == Stripe.name:
        with StripeSimulator(folder / "stripe.sqlite") as stripe:
            yield Stripe(stripe)
        return
    if name == QPayEdge.name:
        require_node()
    with SimulatorProcess(folder / "qpay.sqlite") as qpay:
        if name == QPay.name:
            yield QPay(qpay)
            return
        with WorkerProcess(qpay.url) as worker:
            yield QPayEdge(qpay, worker)


GATEWAYS: Final = (QPay.name, QPayEdge.name, Stripe.name)
