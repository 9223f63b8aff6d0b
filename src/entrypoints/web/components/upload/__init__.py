"""Pictures to choose from a device, or to take with it."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Upload(Component):
    """Pictures to choose from a device, or to take with it. The form is then sent as `multipart/form-data`."""

    template: ClassVar = "upload/upload.html"

    name: str
    label: str
    accept: str
    """Media types; phones turn their own pictures into one of them."""
    several: bool = False
    hint: str = ""
    error: str = ""
    button: str = ""
    """The text of the button that sends the form to add them; with it a script sends them once they are chosen."""
