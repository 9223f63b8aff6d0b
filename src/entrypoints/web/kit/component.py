"""What a component is: parameters as a frozen dataclass, and a template beside its module."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Component:
    """The parameters of a component. Templates write `{{ ui(Button(…)) }}`, or `{% call ui(Card(…)) %}…{% endcall %}`.

    No parameter is HTML: what stands inside a component comes from the caller's block.
    """

    template: ClassVar[str]
    """Its template, below `components`."""
    takes_content: ClassVar[bool] = False
    """Whether the caller gives it a block."""
