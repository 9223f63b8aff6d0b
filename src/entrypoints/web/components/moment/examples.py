"""Examples of this component."""

from typing import Final

from entrypoints.web.components.moment import Time
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (Example("moment", Time(text="Thu 26 Nov, 14:30", at="2026-11-26T14:30:00+08:00")),)
