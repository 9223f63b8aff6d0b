"""The steps of a flow: those that are done, the present one, and those to come."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from entrypoints.web.kit.component import Component


class ShownStep(Protocol):
    """A step."""

    @property
    def text(self) -> str:
        """Its name."""
        ...

    @property
    def href(self) -> str:
        """Where it is; empty: it cannot be reached."""
        ...

    @property
    def current(self) -> bool:
        """Whether it is the present one."""
        ...

    @property
    def done(self) -> bool:
        """Whether it is done."""
        ...


@dataclass(frozen=True, kw_only=True)
class Steps(Component):
    """The steps of a flow: those that are done, the present one, and those to come."""

    template: ClassVar = "steps/steps.html"

    label: str
    steps: tuple[ShownStep, ...]
