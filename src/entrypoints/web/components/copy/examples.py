"""Examples of this component."""

from typing import Final

from entrypoints.web.components.copy import Copy
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (Example("a reference", Copy(text="BK-7F3KQW2M")),)
