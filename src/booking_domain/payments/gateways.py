"""The payment gateways of a deployment, by name."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.errors import GatewayUnavailable, NotChargeable
from booking_domain.payments.model import Purpose
from booking_domain.payments.ports import PaymentGateway
from booking_domain.shared.money import Money

_NO_ALIASES: Final[Mapping[str, str]] = MappingProxyType({})


class Gateways:
    """The gateway for new payments, and all gateways that still have payments.

    A payment stays with the gateway that it was started with, also after the deployment has chosen another.

    `aliases` are names of gateways that the deployment may lack, and the name of another way to the same merchant,
    with the same invoices: it takes over their payments. A gateway of the deployment has no alias.
    """

    def __init__(
        self,
        default: PaymentGateway,
        *others: PaymentGateway,
        aliases: Mapping[str, str] = _NO_ALIASES,
        authorised: Collection[Purpose] = (),
    ) -> None:
        self.default: Final = default
        """The gateway for new payments in a currency that it takes, unless the customer names another."""
        self.authorised: Final = frozenset(authorised)
        """What gateways that can authorise first, and capture later; for deposits, a provider's choice counts more."""
        self._gateways: Final = {gateway.name: gateway for gateway in (default, *others)}
        reached = {alias: self._gateways[name] for alias, name in aliases.items() if name in self._gateways}
        self._by_name: Final = reached | self._gateways
        self._chargeable: Final = replace(
            Chargeable.of_first(*(gateway.chargeable for gateway in self)),
            by_name={name: gateway.chargeable for name, gateway in self._gateways.items()},
        )

    @property
    def chargeable(self) -> Chargeable:
        """The amounts that can be charged: a currency follows the rule of the first gateway that takes it."""
        return self._chargeable

    def for_payment(self, amount: Money, name: str | None = None, preferred: str | None = None) -> PaymentGateway:
        """The gateway for a new payment: the one of this name, else `preferred`, else the first for its currency.

        A preferred gateway that the deployment lacks, or that cannot charge the amount, does not count.

        Raises:
            InvalidValue: the deployment has no gateway of this name.
            NotChargeable: the gateway cannot charge the amount.
        """
        if name is not None and name not in self._by_name:
            self._chargeable.require_gateway(name, "gateway")  # which refuses it
        liked = self._by_name.get(preferred or "")
        if name is None and liked is not None and liked.chargeable.accepts(amount):
            return liked
        gateways = self if name is None else (self._by_name[name],)
        gateway = next((each for each in gateways if amount.currency in each.chargeable.currencies), None)
        if gateway is None or not gateway.chargeable.accepts(amount):
            raise NotChargeable
        return gateway

    def has(self, name: str) -> bool:
        """Whether the deployment has a gateway of this name, or another way to its merchant."""
        return name in self._by_name

    def accepting(self, amount: Money) -> tuple[PaymentGateway, ...]:
        """The gateways that can charge this amount, the default one first."""
        return tuple(gateway for gateway in self if gateway.chargeable.accepts(amount))

    def named(self, name: str) -> PaymentGateway:
        """The gateway of this name.

        Raises:
            GatewayUnavailable: the deployment has no such gateway.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise GatewayUnavailable(gateway=name) from None

    def names(self, gateway: PaymentGateway) -> tuple[str, ...]:
        """The names under which payments have this gateway, its own first."""
        aliases = (name for name, each in self._by_name.items() if each is gateway and name != gateway.name)
        return (gateway.name, *aliases)

    def __iter__(self) -> Iterator[PaymentGateway]:
        """Each gateway once."""
        return iter(self._gateways.values())

    async def open(self) -> None:
        """Open all gateways."""
        for gateway in self:
            await gateway.open()

    async def close(self) -> None:
        """Close all gateways."""
        for gateway in self:
            await gateway.close()
