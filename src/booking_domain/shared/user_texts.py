"""What strangers write and the platform's messages carry: plain names, and texts without links.

A plain name has no addresses, and no characters that its readers do not see: controls of the direction of writing can
make it look like another name, and invisible letters make two names that look the same. Persian needs the zero-width
non-joiner within words, and emoji need the joiner, so these are allowed between visible characters.

Programs that show a message make links of what looks like an address. So a name that other people read contains none,
and a message that quotes any words of a user takes them apart where they would become a link.

An address is: anything with `://`, even in a made-up scheme; `www.`; a word after a dot that is a top-level domain
(`example.com`, not `Б.Болд` or `St.Mary`); an IPv4 address; a letter or digit directly after an `@` (`me@example.com`,
`@handle`). Full-width forms, other full stops and invisible characters count as what they look like. A top-level domain
ends where letters of another script, an underscore or an invisible character follow: programs see its end there, as in
`访问example.com查看`. An address with spaces in it (`example . com`) is none: no program makes a link of it. Nor is an
abbreviation: `Dr. Bold`, `M.A.C.`.
"""

import re
from typing import Final
from unicodedata import category, normalize

from booking_domain.shared.errors import FieldPath, InvalidValue
from booking_domain.shared.top_level_domains import TOP_LEVEL_DOMAINS
from booking_domain.shared.unset import Unset

NO_INVISIBLE: Final = "no invisible characters, line breaks or controls of the direction of writing"
NO_ADDRESS: Final = "no web or e-mail addresses and no @names"
_FULL_STOPS: Final = str.maketrans({"\u3002": "."})  # NFKC has made the others a full stop, or this one
_BACKSLASHES: Final = str.maketrans({"\\": "/"})
_INVISIBLE: Final = frozenset({"Cf", "Cc"})
_UNSEEN: Final = _INVISIBLE | {"Zl", "Zp", "Cs", "Co"}
_JOINERS: Final = "\u200c\u200d"
_JOINED: Final = re.compile(rf"(?<=[^\s{_JOINERS}])[{_JOINERS}](?=[^\s{_JOINERS}])")
_MARKS: Final = frozenset({"Mn", "Mc", "Me"})
_AFTER_A_DOT: Final = re.compile(r"(?<=[^\s.])\.([\w-]+)")
_ASCII: Final = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_CERTAIN: Final = re.compile(r"://|\bwww\d?\.\w|@\w|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_SPACES: Final = re.compile(r"(\s+)")
_JOINING: Final = re.compile(r"\.(?=\S)|@|:(?=/)")
_TAKEN_APART: Final = {".": "[.]", "@": "[at]", ":": "[:]"}


def has_address(text: str) -> bool:
    """Whether a program would make a link of a part of the text.

    >>> has_address("Verify at https://example.com"), has_address("ｅｘａｍｐｌｅ．ｃｏｍ"), has_address("@ink")
    (True, True, True)
    >>> has_address("Dr. Bold & St. Mary's"), has_address("Б.Болд"), has_address("Ts.Oyun, Salon No.1 @ Peace Avenue")
    (False, False, False)
    """
    if text.isascii() and "." not in text and "@" not in text and "://" not in text.translate(_BACKSLASHES):
        return False
    return any(map(_shows_address, {_read(text), _read(_apart(text))}))


def _shows_address(read: str) -> bool:
    after_dots: list[str] = _AFTER_A_DOT.findall(read)
    in_ascii = [found[0] for found in map(_ASCII.match, after_dots) if found is not None]
    return _CERTAIN.search(read) is not None or not _ENDINGS.isdisjoint([*after_dots, *in_ascii])


def require_plain_name(text: str | Unset | None, *, field: str, within: FieldPath = ()) -> None:
    """Refuse a name that contains an address or a character that no reader sees.

    Raises:
        InvalidValue: it does.
    """
    if not text:
        return
    if not text.isprintable() and _has_unseen(text):
        raise InvalidValue(field=field, problem=NO_INVISIBLE, within=within)
    if has_address(text):
        raise InvalidValue(field=field, problem=NO_ADDRESS, within=within)


def _has_unseen(text: str) -> bool:
    return any(category(letter) in _UNSEEN for letter in _JOINED.sub("", text))


def without_links(text: str) -> str:
    """The text with its addresses taken apart, so that no program makes a link of them; all else stays as it is.

    >>> without_links("Pay at https://example.com/now or write to me@example.com. Dr. Bold")
    'Pay at https[:]//example[.]com/now or write to me[at]example[.]com. Dr. Bold'
    """
    if not has_address(text):
        return text
    return "".join(_taken_apart(part) if has_address(part) else part for part in _SPACES.split(text))


def without_addresses(name: str) -> str:
    """The name with spaces in place of what makes addresses of its words: of a service that reports names.

    >>> without_addresses("bold.ink"), without_addresses("Б.Болд")
    ('bold ink', 'Б.Болд')
    """
    return " ".join(re.sub(r"[.@:/\\]", " ", _visible(name)).split()) if has_address(name) else name


def _taken_apart(word: str) -> str:
    return _JOINING.sub(lambda found: _TAKEN_APART[found[0]], _visible(word).translate(_BACKSLASHES))


def _apart(text: str) -> str:
    """The text with spaces in place of invisible characters, at which some programs end an address."""
    return "".join(" " if category(letter) in _INVISIBLE else letter for letter in text)


def _visible(text: str) -> str:
    """The text in compatible forms, without invisible characters except line breaks and tabs."""
    read = normalize("NFKC", text).translate(_FULL_STOPS)
    return "".join(letter for letter in read if letter.isspace() or category(letter) not in _INVISIBLE)


def _read(text: str) -> str:
    """What is compared: visible, in lower case, without marks, which are no letters to a regular expression."""
    visible = _visible(text).casefold().translate(_BACKSLASHES)
    return "".join(letter for letter in visible if category(letter) not in _MARKS)


_ENDINGS: Final = frozenset(map(_read, TOP_LEVEL_DOMAINS))
