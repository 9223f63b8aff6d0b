"""E-mails as HTML: one narrow column, without scripts, pictures or anything else that is fetched."""

import re
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


def email_page(subject: str, text: str, language: str) -> str:
    """Return the HTML of an e-mail: each line of the text is a paragraph, and addresses of pages are links."""
    lines = (line for line in text.splitlines() if line.strip())
    return _PAGE.format(
        language=escape(language),
        direction="rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
        subject=escape(subject),
        paragraphs="\n".join(f'<p style="margin:0 0 12px">{_linked(line)}</p>' for line in lines),
    )


def _linked(line: str) -> str:
    parts, at = [], 0
    for found in _LINK.finditer(line):
        link = escape(found[0])
        parts += [escape(line[at : found.start()]), f'<a href="{link}" style="color:#1d4ed8">{link}</a>']
        at = found.end()
    return "".join((*parts, escape(line[at:])))
