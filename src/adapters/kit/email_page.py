"""E-mails as HTML: one narrow column for light and dark, without scripts; only the platform's logo is fetched.

The page says what the text says. Empty lines part the text into blocks:

- The first block is paragraphs.
- A later block with lines `Label: value` is a table of facts. If the value is a URL of the platform, the label links.
- A later block whose values are URLs of the platform is buttons: the first is the one to press.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_LONGEST_LABEL: Final = 60
_GAMMA: Final = 2.2
_DARK_INK, _LIGHT_INK = "#18181b", "#ffffff"


@dataclass(frozen=True, slots=True)
class Brand:
    """Who writes: what stands above each e-mail."""

    name: str
    colour: str = "#1d4ed8"
    """As `#rrggbb`."""
    logo_url: str = ""
    """Of a picture up to 32 pixels high; empty: the name is written."""

    @property
    def ink(self) -> str:
        """The colour of letters on the brand's colour: the one that contrasts more (WCAG 2.2, 1.4.3).

        >>> Brand("Ink", "#1d4ed8").ink, Brand("Ink", "#facc15").ink
        ('#ffffff', '#18181b')
        """
        light = _luminance(self.colour) + 0.05
        return _LIGHT_INK if 1.05 / light >= light / (_luminance(_DARK_INK) + 0.05) else _DARK_INK


Line = Sequence[tuple[str, str]]
"""Pieces of a line, each with the URL that it links to; empty if it is no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of text between two empty lines."""

    lines: Sequence[Line] = ()
    facts: Sequence[tuple[str, Line]] = ()
    actions: Sequence[tuple[str, str]] = ()


def email_page(subject: str, text: str, language: str, brand: Brand, own_urls: Sequence[str] = ()) -> str:
    """Return the HTML of an e-mail, in which what begins with an own URL is a link.

    Any other address stays text: it is in words that the platform quotes.
    """
    first, *others = (
        [line for line in block.splitlines() if line.strip()] for block in re.split(r"\n\s*\n", f"{text}\n")
    )
    return _template().render(
        language=language,
        direction="rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
        subject=subject,
        brand=brand,
        blocks=[_paragraphs(first, own_urls), *(_block(lines, own_urls) for lines in others)],
    )


def _paragraphs(lines: Iterable[str], own_urls: Sequence[str]) -> Block:
    return Block(lines=[_linked(line, own_urls) for line in lines])


def _block(lines: Sequence[str], own_urls: Sequence[str]) -> Block:
    read = [_labelled(line) for line in lines]
    labelled = [(label, value) for label, value in read if value]
    if not labelled:
        return _paragraphs(lines, own_urls)
    if all(_is_own(value, own_urls) for _, value in labelled):
        other = [line for line, (_, value) in zip(lines, read, strict=True) if not value]
        return Block(lines=_paragraphs(other, own_urls).lines, actions=labelled)
    return Block(facts=[_fact(line, *parts, own_urls) for line, parts in zip(lines, read, strict=True)])


def _fact(line: str, label: str, value: str, own_urls: Sequence[str]) -> tuple[str, Line]:
    """A row of the table: of a line without a label or with a URL as its value, the label is empty."""
    if _is_own(value, own_urls):
        return "", [(label, value)]
    return (label, _linked(value, own_urls)) if value else ("", _linked(line, own_urls))


def _labelled(line: str) -> tuple[str, str]:
    """The label and the value of a line; empty if it has none."""
    label, _, value = line.partition(": ")
    return (label, value.strip()) if value and len(label) <= _LONGEST_LABEL and "http" not in label else ("", "")


def _linked(line: str, own_urls: Sequence[str]) -> Line:
    parts, at = [], 0
    for found in _LINK.finditer(line):
        if _is_own(found[0], own_urls):
            parts += [(line[at : found.start()], ""), (found[0], found[0])]
            at = found.end()
    return [*parts, (line[at:], "")]


def _is_own(text: str, own_urls: Sequence[str]) -> bool:
    return _LINK.fullmatch(text) is not None and any(_is_below(text, base) for base in own_urls)


def _is_below(url: str, base: str) -> bool:
    """Whether the URL has this base, on the same host: not as `https://own.example.com.evil` or `own.example.com@evil`.

    >>> _is_below("https://a.example/b", "https://a.example"), _is_below("https://a.example.b/", "https://a.example")
    (True, False)
    """
    below = url.removeprefix(base.rstrip("/"))
    return below != url and (not below or below[0] in "/?#")


def _luminance(colour: str) -> float:
    red, green, blue = ((int(colour[at : at + 2], 16) / 255) ** _GAMMA for at in (1, 3, 5))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("email_page.html")
