"""Examples of this component."""

from typing import Final

from entrypoints.web.components.gallery import Gallery
from entrypoints.web.kit.examples import Example
from entrypoints.web.kit.pictures import Picture

DRAWING: Final = Picture(
    url="/assets/example/layout/icon.svg",
    small="/assets/example/layout/icon.svg",
    width=400,
    height=300,
    alt="A drawing",
)
EXAMPLES: Final = (Example("three pictures", Gallery(pictures=(DRAWING, DRAWING, DRAWING))),)
