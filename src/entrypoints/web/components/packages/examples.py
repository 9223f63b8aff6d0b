"""Examples of this component."""

from typing import Final

from entrypoints.web.components.packages import PackageRow, Packages
from entrypoints.web.kit.examples import Example

_FIVE: Final = PackageRow(
    name="Five visits",
    facts=("5 visits, ₮64,000 each", "For 365 days", "Haircut, Beard"),
    price="₮320,000",
    href="/en/styleguide",
)
EXAMPLES: Final = (Example("a package", Packages(rows=(_FIVE,))),)
