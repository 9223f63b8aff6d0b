"""Which amounts a payment gateway can charge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRule:
    """The amounts of one currency, in minor units: multiples of `step` from `least` to `most`."""

    step: int = 1
    least: int = 1
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeable:
    """The amounts that a gateway can charge.

    >>> tugriks = AmountRule(step=100, least=100, most=10**12)
    >>> qpay = Chargeable(gateway="qpay", currencies={"MNT": tugriks})
    >>> qpay.accepts(Money(amount=2_000_000, currency="MNT")), qpay.accepts(Money(amount=2_000_050, currency="MNT"))
    (True, False)
    """

    gateway: str
    currencies: Mapping[str, AmountRule]
    gateways: Mapping[str, str] = field(default_factory=dict)
    """The gateway of each currency, where that is not `gateway`."""
    by_name: Mapping[str, "Chargeable"] = field(default_factory=dict)
    """What each gateway of the deployment can charge, by the name under which payments store it."""

    @classmethod
    def of_first(cls, *each: "Chargeable") -> "Chargeable":
        """What several gateways charge together: a currency follows the rule of the first that takes it.

        >>> one, other = (Chargeable(gateway=name, currencies={"MNT": AmountRule(most=9)}) for name in "AB")
        >>> Chargeable.of_first(one, other).gateways
        {'MNT': 'A'}
        """
        if len(each) == 1:
            return each[0]
        last_first = each[::-1]
        return cls(
            gateway=", ".join(one.gateway for one in each),
            currencies={name: rule for one in last_first for name, rule in one.currencies.items()},
            gateways={name: one.gateway for one in last_first for name in one.currencies},
        )

    def of_gateway(self, name: str | None) -> "Chargeable":
        """What the gateway of this name can charge; all of them, if it is None or not one of the deployment."""
        return self if name is None else self.by_name.get(name, self)

    def require_gateway(self, name: str, field: str) -> None:
        """Raise `InvalidValue` unless the deployment has a gateway of this name."""
        if name not in self.by_name:
            values = ", ".join(self.by_name)
            raise InvalidValue(field=field, problem=f"one of: {values}", allowed=tuple(self.by_name))

    def accepts(self, money: Money) -> bool:
        """Whether the gateway can charge this amount; it never charges zero."""
        rule = self.currencies.get(money.currency)
        return rule is not None and rule.least <= money.amount <= rule.most and money.amount % rule.step == 0

    def at_most(self, money: Money) -> Money:
        """The largest amount that the gateway can charge and that is not more than this one; zero if there is none."""
        rule = self.currencies[money.currency]
        amount = min(money.amount, rule.most)
        amount -= amount % rule.step
        return Money(amount=amount if rule.least <= amount else 0, currency=money.currency)

    def takes(self, currency: str) -> bool:
        """Whether the gateway charges amounts of this currency."""
        return currency in self.currencies

    def require_currency(self, currency: str, field: str = "currency") -> None:
        """Raise `InvalidValue` for a currency that the gateway does not take."""
        if not self.takes(currency):
            gateway = self.gateway
            problem = f"the payment service {gateway} takes no payments in {currency}, so no deposit can be asked in it"
            raise InvalidValue(field=field, problem=problem)

    def require(self, money: Money, field: str) -> None:
        """Raise `InvalidValue` for an amount above zero that the gateway cannot charge."""
        self.require_currency(money.currency)
        if not money or self.accepts(money):
            return
        rule, gateway = self.currencies[money.currency], self.gateways.get(money.currency, self.gateway)
        bounds = {"step": rule.step, "least": rule.least, "most": rule.most}
        shown = {name: Money(amount=amount, currency=money.currency) for name, amount in bounds.items()}
        raise InvalidValue(
            field=field,
            problem="the payment service {gateway} cannot charge {amount}: "
            "amounts are multiples of {step}, from {least} to {most}",
            values={"gateway": gateway, "amount": money, **shown},
        )


ANY_AMOUNT: Final = Chargeable(gateway="any", currencies=dict.fromkeys(MINOR_UNIT_DIGITS, AmountRule(most=2**63 - 1)))
"""Every amount of every currency: the rule of an executor that was given no `Chargeable`."""
