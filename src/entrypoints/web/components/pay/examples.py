"""Examples of this component."""

from typing import Final

from entrypoints.web.components.pay import Pay
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "code and banks",
        Pay(amount="₮20,000", qr="M0 0h1v1h-1z", size=1, banks=(("Khan Bank", "https://example.com/khan"),)),
    ),
    Example("card", Pay(amount="$20.00", card_key="pk_test_of_nobody", card_secret="none")),  # noqa: S106 - of no payment
    Example("page of the gateway", Pay(amount="$20.00", checkout="https://example.com/pay")),
)
