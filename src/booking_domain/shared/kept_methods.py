"""What a payment gateway keeps of how somebody paid, to charge it while they are away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMethod:
    """A card, or another method of payment, that the gateway keeps and can charge while its owner is away."""

    payer: str
    """The gateway's id of whoever it belongs to."""
    reference: str
    """The gateway's id of it."""
    label: str = ""
    """What its owner knows it by, e.g. `Visa 4242`."""
