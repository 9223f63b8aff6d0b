"""The payment gateways of a deployment, by name."""

from collections.abc import Iterator
from typing import Final

from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.ports import PaymentGateway


class Gateways:
    """The gateway for new payments, and all gateways that still have payments.

    A payment stays with the gateway that it was started with, also after the deployment has chosen another.
    """

    def __init__(self, default: PaymentGateway, *others: PaymentGateway) -> None:
        self.default: Final = default
        """The gateway for new payments."""
        self._by_name: Final = {gateway.name: gateway for gateway in (*others, default)}

    @property
    def chargeable(self) -> Chargeable:
        """The amounts that the gateway for new payments can charge."""
        return self.default.chargeable

    def named(self, name: str) -> PaymentGateway:
        """The gateway of this name.

        Raises:
            GatewayUnavailable: the deployment has no such gateway.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise GatewayUnavailable(gateway=name) from None

    def __iter__(self) -> Iterator[PaymentGateway]:
        return iter(self._by_name.values())

    async def open(self) -> None:
        """Open all gateways."""
        for gateway in self:
            await gateway.open()

    async def close(self) -> None:
        """Close all gateways."""
        for gateway in self:
            await gateway.close()
