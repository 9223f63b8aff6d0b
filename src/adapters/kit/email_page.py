"""E-mails as HTML: one narrow column, without scripts, pictures or anything else that is fetched."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
</head>
<body style="margin:0;padding:24px;background:#f4f4f5;color:#18181b;font:16px/1.5 sans-serif">
<main style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px;overflow-wrap:anywhere">
<h1 style="margin:0 0 16px;font-size:20px">{subject}</h1>
{paragraphs}
</main>
</body>
</html>
"""


def email_page(subject: str, text: str, language: str, own_urls: Sequence[str] = ()) -> str:
    """Return the HTML of an e-mail: each line of the text is a paragraph, and what begins with an own URL is a link.

    Any other address stays text: it is in words that the platform quotes.
    """
    lines = (line for line in text.splitlines() if line.strip())
    return _PAGE.format(
        language=escape(language),
        direction="rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
        subject=escape(subject),
        paragraphs="\n".join(f'<p style="margin:0 0 12px">{_linked(line, own_urls)}</p>' for line in lines),
    )


def _linked(line: str, own_urls: Sequence[str]) -> str:
    parts, at = [], 0
    for found in _LINK.finditer(line):
        if not any(_is_below(found[0], base) for base in own_urls):
            continue
        link = escape(found[0])
        parts += [escape(line[at : found.start()]), f'<a href="{link}" style="color:#1d4ed8">{link}</a>']
        at = found.end()
    return "".join((*parts, escape(line[at:])))


def _is_below(url: str, base: str) -> bool:
    """Whether the URL has this base, on the same host: not as `https://own.example.com.evil` or `own.example.com@evil`.

    >>> _is_below("https://a.example/b", "https://a.example"), _is_below("https://a.example.b/", "https://a.example")
    (True, False)
    """
    below = url.removeprefix(base.rstrip("/"))
    return below != url and (not below or below[0] in "/?#")
