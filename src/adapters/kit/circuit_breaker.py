"""A circuit breaker around a payment gateway, so that requests do not wait for one that does not answer.

After several failures in a row it opens: calls fail at once. After a pause it lets one call through as a probe: success
closes the circuit, failure begins another pause. Each process has its own state.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from adapters.kit.http_responses import RefusedRequest
from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
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
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.kept_methods import KeptMethod

FAILURES: Final = 5
"""How many failures in a row open the circuit."""
REST_SECONDS: Final = 15.0
"""How long it stays open before a probe."""


class CircuitBreaker:
    """Counts consecutive failures, and decides whether a call may be made now."""

    def __init__(
        self, *, failures: int = FAILURES, rest_seconds: float = REST_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest = rest_seconds
        self._now = now
        self._in_a_row = 0
        self._probe_at = 0.0
        self._probing = False
        self.failed = 0
        """Failures since the start of the process."""
        self.refused = 0
        """Calls that were not made because the circuit was open."""

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once, except for a probe."""
        return self._most <= self._in_a_row

    def admits(self) -> bool:
        """Whether a call may be made now; if the circuit is open, the call is its probe."""
        if not self.is_open:
            return True
        if self._probing or self._now() < self._probe_at:
            self.refused += 1
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """Close the circuit."""
        self._in_a_row = 0
        self._probing = False

    def failed_now(self) -> None:
        """Count a failure; after enough of them the circuit opens or stays open."""
        self.failed += 1
        self._in_a_row += 1
        self._probing = False
        self._probe_at = self._now() + self._rest

    def gave_up(self) -> None:
        """Forget a call whose result is unknown, e.g. because its request was cancelled."""
        self._probing = False


_LEARN: Final[Mapping[str, Callable[[CircuitBreaker], None]]] = {
    "answered": CircuitBreaker.succeeded,
    "refused": CircuitBreaker.succeeded,
    "failed": CircuitBreaker.failed_now,
    "left": CircuitBreaker.gave_up,
}
"""What the circuit learns from the outcome of a call."""
Called = Callable[[str, str, float], None]
"""Takes the gateway, the outcome and the seconds of a call."""


class GuardedGateway(PaymentGateway):
    """A payment gateway behind a circuit breaker. While it is open, calls raise `GatewayUnavailable` at once."""

    def __init__(
        self, gateway: PaymentGateway, breaker: CircuitBreaker | None = None, *, called: Called = lambda *_: None
    ) -> None:
        self._gateway = gateway
        self._called = called
        self.breaker: Final = breaker or CircuitBreaker()

    @property
    def name(self) -> str:
        return self._gateway.name

    @property
    def chargeable(self) -> Chargeable:
        return self._gateway.chargeable

    @property
    def refunds_parts(self) -> bool:
        return self._gateway.refunds_parts

    @property
    def authorises(self) -> bool:
        return self._gateway.authorises

    @property
    def keeps_methods(self) -> bool:
        return self._gateway.keeps_methods

    @property
    def day_zone(self) -> str:
        return self._gateway.day_zone

    async def open(self) -> None:
        await self._gateway.open()

    async def close(self) -> None:
        await self._gateway.close()

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        with self._guarded():
            return await self._gateway.create_invoice(order)

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        with self._guarded():
            return await self._gateway.report(invoice_reference, currency)

    async def cancel_invoice(self, invoice_reference: str) -> None:
        with self._guarded():
            await self._gateway.cancel_invoice(invoice_reference)

    async def capture(self, order: CaptureOrder) -> None:
        with self._guarded():
            await self._gateway.capture(order)

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        with self._guarded():
            return await self._gateway.charge(order)

    async def open_method_form(self, payer: str) -> MethodForm:
        with self._guarded():
            return await self._gateway.open_method_form(payer)

    async def entered_method(self, form_reference: str) -> KeptMethod | None:
        with self._guarded():
            return await self._gateway.entered_method(form_reference)

    async def forget_method(self, method: KeptMethod) -> None:
        with self._guarded():
            await self._gateway.forget_method(method)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        with self._guarded():
            return await self._gateway.refund(order)

    async def payments_between(self, start: datetime, end: datetime) -> Sequence[GatewayPayment]:
        with self._guarded():
            return await self._gateway.payments_between(start, end)

    async def order_number(self, invoice_reference: str) -> str | None:
        with self._guarded():
            return await self._gateway.order_number(invoice_reference)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        began = time.perf_counter()
        if not self.breaker.admits():
            self._called(self.name, "not_called", 0.0)
            raise GatewayUnavailable(gateway=self.name)
        outcome = "left"
        try:
            yield
            outcome = "answered"
        except GatewayUnavailable as error:
            outcome = "failed" if _is_failure(error.__cause__) else "refused"
            raise
        finally:
            _LEARN[outcome](self.breaker)
            self._called(self.name, outcome, time.perf_counter() - began)


def _is_failure(cause: BaseException | None) -> bool:
    """Whether the gateway failed. Refusals of a request and failures of the platform's own storage do not count."""
    return cause is not None and not isinstance(cause, RefusedRequest | Unavailable)
