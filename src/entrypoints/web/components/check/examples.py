"""Examples of this component."""

from typing import Final

from entrypoints.web.components.check import Check
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("plain", Check(name="service", value="1", label="Haircut")),
    Example(
        "all",
        Check(
            name="service",
            value="2",
            label="Beard",
            about="With hot towels.",
            aside="30 min",
            price="₮15,000",
            checked=True,
        ),
    ),
    Example(
        "one of several", Check(name="minutes", value="60", label="1 h", price="₮80,000", checked=True, single=True)
    ),
    Example("error", Check(name="accepted", value="3", label="I accept the terms", error="Please accept the terms.")),
)
