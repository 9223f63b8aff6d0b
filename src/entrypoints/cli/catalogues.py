"""Update the message catalogues from the code, or check that they are up to date and complete.

A language has a catalogue for each context and resource. One in another place gives its translations, and is removed.

python -m entrypoints.cli.catalogues [--check]
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from booking_domain.shared.languages import FALLBACK, LANGUAGES
from entrypoints.cli.messages import Found, Key, counted_messages, messages
from entrypoints.languages.catalogues import DOCUMENT, LOCALES
from entrypoints.languages.templates import placeholders

_HEADER: Final = """# Messages of the API and to users. `make catalogues` generates everything but the translations.
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
_WIDTH: Final = 120
_PLURALS: Final = {"mn": "nplurals=2; plural=(n != 1)", "fa": "nplurals=2; plural=(n > 1)"}
"""The forms of texts about a number of things, as CLDR has them."""
_LAYERS: Final = frozenset({"booking_domain", "use_cases", "entrypoints", "http", "web", "adapters", "postgres"})
_SHARED: Final = "shared"
"""The catalogue of messages of several contexts."""


def read_catalog(file: Path, language: str | None = None) -> Catalog:
    """Read a catalogue file; a malformed one raises an error."""
    with file.open("rb") as opened:
        return read_po(opened, locale=language, abort_invalid=True)


def read_catalogs(folder: Path, language: str) -> Catalog:
    """Read the catalogues of a language as one."""
    together = Catalog(language)
    for file in sorted(folder.rglob("*.po")):
        for message in read_catalog(file, language):
            if message.id and message.string:
                together[message.id] = message
    return together


def by_owner(found: Found) -> Mapping[str, Found]:
    """Return the messages of each context or resource, by the name of its folder or module."""
    owners: defaultdict[str, dict[Key, Sequence[str]]] = defaultdict(dict)
    for key, files in found.items():
        of = {next(part for part in Path(file).with_suffix("").parts if part not in _LAYERS) for file in files}
        owners[of.pop() if len(of) == 1 else _SHARED][key] = files
    return owners


def updated(known: Catalog, found: Found) -> Catalog:
    """Return a catalogue of the found messages with the known translations; new messages get no guessed translation."""
    fresh = Catalog(known.locale)
    fresh.mime_headers = [("Plural-Forms", _PLURALS.get(str(known.locale), "nplurals=2; plural=(n != 1)"))]
    several: dict[Key, str] = {(DOCUMENT, one): many for one, many in counted_messages()}
    for (context, text), files in found.items():
        before = known.get(text, context)
        many = several.get((context, text))
        said = before.string if before is not None else ""
        fresh.add(
            text if many is None else (text, many),
            said if isinstance(said, tuple) == (many is not None) else ("", "") if many else "",
            context=context,
            locations=[(f"src/{file}", 0) for file in files],
            flags={"fuzzy"} if before is not None and before.fuzzy else (),
            user_comments=before.user_comments if before is not None else (),
        )
    return fresh


def faults(catalog: Catalog) -> Iterator[str]:
    """Yield a line for each translation that is missing, fuzzy, or has placeholders other than the English."""
    for message in catalog:
        if not message.id:
            continue
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        named = repr(texts[0]) if message.context is None else f"{texts[0]!r} ({message.context})"
        if not all(said):
            yield f"{named} is not translated"
        elif message.fuzzy:
            yield f"{named} is marked as fuzzy"
        elif any(placeholders(str(text)) != placeholders(str(its)) for text, its in zip(texts, said, strict=True)):
            yield f"{named} has other placeholders in its translation"


def written(catalog: Catalog) -> bytes:
    """Return the catalogue as the text of a file, with the shortest header that gettext can read."""
    file = BytesIO()
    write_po(file, catalog, width=_WIDTH, omit_header=True, include_lineno=False)
    plurals = any(message.pluralizable for message in catalog)
    forms = f'"Plural-Forms: {_PLURALS[str(catalog.locale)]};\\n"\n' if plurals else ""
    return f'{_HEADER}"Language: {catalog.locale}\\n"\n{forms}\n'.encode() + file.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if all catalogues are complete and, with `--check`, up to date; else 1."""
    parser = argparse.ArgumentParser(prog="catalogues", description="Update the message catalogues.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is stale")
    parser.add_argument("folder", nargs="?", type=Path, default=LOCALES)
    chosen = parser.parse_args(arguments)
    files: dict[Path, Catalog] = {}
    for language in set(LANGUAGES) - {FALLBACK}:
        folder: Path = chosen.folder / language
        known = read_catalogs(folder, language)
        files |= {folder / f"{owner}.po": updated(known, found) for owner, found in by_owner(messages()).items()}
    failed = 0
    for file, catalog in files.items():
        name = file.relative_to(chosen.folder).as_posix()
        complaints = list(faults(catalog))
        if not file.exists() or file.read_bytes() != written(catalog):
            if chosen.check:
                complaints.append("is stale: make catalogues")
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(written(catalog))
        for complaint in complaints:
            print(f"{name}: {complaint}", file=sys.stderr)
        failed |= bool(complaints)
    for file in set(chosen.folder.rglob("*.po")) - files.keys():
        if chosen.check:
            print(f"{file.relative_to(chosen.folder)}: has no messages: make catalogues", file=sys.stderr)
            failed = 1
        else:
            file.unlink()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
