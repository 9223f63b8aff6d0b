"""What has happened. It stays until the next page."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Toast(Component):
    """What has happened. It stays until the next page."""

    template: ClassVar = "toast/toast.html"

    text: str
    kind: Literal["good", "bad", "note"] = "good"
