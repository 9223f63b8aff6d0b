"""Examples of this component."""

from typing import Final

from entrypoints.web.components.pay_start import PayStart
from entrypoints.web.kit.examples import Example

_WAYS: Final = (("qpay", "With the app of a bank"), ("stripe", "By card"))
_HERE: Final = "/en/styleguide"
EXAMPLES: Final = (
    Example("one way", PayStart(text="Pay ₮20,000", action=_HERE, csrf="none")),
    Example("several ways", PayStart(text="Pay ₮20,000", action=_HERE, csrf="none", ways=_WAYS)),
    Example(
        "another way", PayStart(text="Or pay another way", action=_HERE, csrf="none", ways=_WAYS[1:], switches=True)
    ),
)
