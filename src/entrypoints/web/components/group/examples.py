"""Examples of this component."""

from typing import Final

from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.components.group import Group
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("closed", Group(name="Limits", fields=(Field(name="most", label="For how many bookings"),))),
    Example(
        "open",
        Group(
            name="Services",
            hint="Without a choice it is for all.",
            fields=(
                Check(name="services", value="1", label="Haircut", checked=True),
                Check(name="services", value="2", label="Beard"),
            ),
        ),
    ),
)
