"""`/styleguide`: every component with every example."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Final

from litestar import Response, get

from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.web.components.all import COMPONENTS
from entrypoints.web.kit.examples import Example
from entrypoints.web.kit.pages import Page, PageModel


@dataclass(frozen=True, slots=True)
class Shown:
    """A component with its examples."""

    name: str
    about: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class StyleguidePage(PageModel):
    """All components."""

    template: ClassVar = "styleguide/styleguide.html"
    components: tuple[Shown, ...]


def shown() -> tuple[Shown, ...]:
    """The components in the order of `COMPONENTS`."""
    return tuple(
        Shown(each.__name__, (each.__doc__ or "").partition("\n")[0], examples_of(each.__module__))
        for each in COMPONENTS
    )


def examples_of(package: str) -> tuple[Example, ...]:
    """The examples that lie beside a component."""
    found: Any = import_module(f"{package}.examples")
    examples: tuple[Example, ...] = found.EXAMPLES
    return examples


@get("/styleguide", opt=PUBLIC, sync_to_thread=False)
def styleguide(page: Injected[Page]) -> Response[bytes]:
    """Every component with every example."""
    return page.render(StyleguidePage(title="Style guide", robots="noindex", components=shown()))


handlers: Final = (styleguide,)
