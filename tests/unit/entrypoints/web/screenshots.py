"""Write a picture of every page to `.tmp/screenshots`, with a gallery: `make screenshots`.

`ARGS="home book"` chooses the pages whose pictures have one of these words in their names. What the README shows is
written there, too.
"""

import asyncio
import sys
from collections.abc import Sequence
from html import escape
from itertools import product
from pathlib import Path
from typing import Any, Final

from tests.browsing import SCHEMES, SETTLED, WIDTHS
from tests.unit.entrypoints.api import serving
from tests.unit.entrypoints.web.pages import SERVICES, as_who_looks, browsing, demo, pages_to_look_at, visiting

from booking_domain.shared.languages import LANGUAGES

FOLDER = Path(".tmp") / "screenshots"
README = Path("docs") / "pictures"
IN_README = ("provider-en-1280-light.png", "book-time-mn-390-light.png", "home-fa-390-dark.png")
WHOLE: Final = """async () => {
    const late = [...document.querySelectorAll("img[loading=lazy]")];
    late.forEach((each) => { each.loading = "eager"; });
    await Promise.all(late.map((each) => each.decode().catch(() => {})));
}"""
"""Loads what nobody has scrolled to."""


async def write(words: Sequence[str]) -> None:
    """Write the pictures and `index.html`."""
    for folder in (FOLDER, README):
        folder.mkdir(parents=True, exist_ok=True)
    shown: list[str] = []
    async with serving(**SERVICES) as api, browsing() as browser:
        await demo(api)
        looks = await pages_to_look_at(api)
        expected = [look.expected for look in looks if look.expected]
        for width, scheme in product(WIDTHS, SCHEMES):
            options: dict[str, Any] = {
                "viewport": {"width": width, "height": 900},
                "color_scheme": scheme,
                "reduced_motion": "reduce",
            }
            async with visiting(browser, api, expected=expected, **options) as page:
                for look, language in product(looks, LANGUAGES):
                    name = f"{look.name}-{language}-{width}-{scheme}.png"
                    if words and not any(word in name for word in words):
                        continue
                    await as_who_looks(page, look)
                    await page.goto(f"/{language}{look.path}")
                    await page.evaluate(WHOLE)
                    await page.evaluate(SETTLED)
                    await page.screenshot(path=FOLDER / name, full_page=True)
                    if name in IN_README:
                        await page.screenshot(path=README / name)
                    picture = f'<img src="{name}" alt="" width="{width // 3}">'
                    caption = f"<figcaption>{escape(name.removesuffix('.png'))}</figcaption>"
                    shown.append(f"<figure>{picture}{caption}</figure>")
    head = '<!doctype html><meta charset="utf-8"><title>Pages</title>'
    style = "<style>body{display:flex;flex-wrap:wrap;gap:1rem;align-items:start;font:14px system-ui}</style>"
    (FOLDER / "index.html").write_text(head + style + "".join(sorted(shown)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1:]))
