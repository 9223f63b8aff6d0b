"""The site map: an index of parts, and parts of addresses with the same page in the other languages (sitemaps.org)."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from booking_domain.shared.languages import LANGUAGES

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_PRIVATE: Final = (
    "account",
    "b$",
    "bookings",
    "consent",
    "gift-cards",
    "join",
    "links",
    "notifications",
    "orders",
    "packages",
    "plans",
    "renew",
    "saved",
    "sign-in",
    "sign-out",
    "unsubscribe",
    "waiting",
)
"""The pages that concern one person."""
_LATER: Final = ("book/*/wait", *(f"{steps}/*{chosen}=" for steps in ("book", "salons") for chosen in ("day", "slot")))
"""The steps of a booking after the first view of its times: there is no end of days."""


def robots(url: str) -> str:
    """What may be read: the public pages. Forms and pages of one person only cost time there."""
    closed = ("/api/", *(f"/{language}/{page}" for language in LANGUAGES for page in (*_PRIVATE, *_LATER)))
    return "\n".join(
        ("User-agent: *", *(f"Disallow: {each}" for each in closed), "", f"Sitemap: {url}/sitemap.xml", "")
    )


def index(url: str, parts: Iterable[str]) -> str:
    """The index of the parts."""
    listed = "".join(f"<sitemap><loc>{escape(url + each)}</loc></sitemap>\n" for each in parts)
    return f"{_HEAD}<sitemapindex {_SPACE}>\n{listed}</sitemapindex>\n"


def part(url: str, paths: Iterable[str]) -> str:
    """Pages, each in every language, with the others beside it."""
    listed = []
    for path in map(escape, paths):
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{name}" href="{url}{start}{path}"/>'
            for name, start in (*((each, f"/{each}") for each in LANGUAGES), ("x-default", ""))
        )
        listed += [f"<url><loc>{url}/{each}{path}</loc>{others}</url>\n" for each in LANGUAGES]
    body = "".join(listed)
    return f'{_HEAD}<urlset {_SPACE} xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{body}</urlset>\n'
