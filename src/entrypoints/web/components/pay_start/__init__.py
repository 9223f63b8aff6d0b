"""The button with which a payment begins, or one for each way to pay."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class PayStart(Component):
    """A form that begins a payment."""

    template: ClassVar = "pay_start/pay_start.html"

    text: str
    """What is paid."""
    action: str
    csrf: str
    ways: tuple[tuple[str, str], ...] = ()
    """The names of gateways and what each is for; empty: the platform chooses."""
    switches: bool = False
    """Whether a payment has begun that would end."""
