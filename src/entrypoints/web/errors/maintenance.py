"""The pages that a proxy shows while the platform is closed for maintenance: files that need nothing else."""

from pathlib import Path
from typing import Final

from msgspec.json import encode

from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.kit.assets import STYLESHEET, stylesheet
from entrypoints.web.kit.environment import NAMES, RIGHT_TO_LEFT, environment_of

FOLDER: Final = "/maintenance/"
"""Below which the proxy serves the style sheet."""
PROBLEM: Final = "problem.json"
_PROBLEM: Final = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "service.maintenance"}


def write_maintenance_pages(folder: Path, brand: str) -> None:
    """Write a page in each language, their style sheet, and what programs get."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STYLESHEET).write_text(stylesheet(), encoding="utf-8")
    (folder / PROBLEM).write_bytes(encode(_PROBLEM))
    for language in LANGUAGES:
        others = [
            (each, NAMES[each], "rtl" if each in RIGHT_TO_LEFT else "ltr") for each in LANGUAGES if each != language
        ]
        template = environment_of(language).get_template("errors/maintenance.html")
        text = template.render(brand=brand, style=f"{FOLDER}{STYLESHEET}", others=others)
        (folder / f"{language}.html").write_text(text, encoding="utf-8")
