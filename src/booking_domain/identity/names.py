"""The name that others see, and the given and family names: they follow one another.

- Who says the given name, and no name, is shown by given and family name: in Mongolian the family name or patronymic
  comes first (`Бат-Эрдэнэ Дорж`), in other languages last (`Dorj Bat-Erdene`).
- A new name alone keeps the given and family name that it contains, perhaps as an initial (`Б.Дорж`), and ends the
  others: nothing guesses which word of a name is which.
- A name that does not contain them, such as a nickname or one in another script, and they do not change one another.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from booking_domain.shared.languages import language_of
from booking_domain.shared.unset import UNSET, Unset, given_or

MAX_NAME: Final = 120
_FAMILY_FIRST: Final = frozenset({"mn"})
_WORDS: Final = re.compile(r"[^\s.]+")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a person."""

    name: str
    given_name: str | None = None
    family_name: str | None = None

    def changed(
        self,
        *,
        name: str | Unset = UNSET,
        given_name: str | Unset | None = UNSET,
        family_name: str | Unset | None = UNSET,
        locale: str,
    ) -> Self:
        """The names after a change of some of them, in the order of the locale's language."""
        given, family = given_or(given_name, self.given_name), given_or(family_name, self.family_name)
        same = (given, family) == (self.given_name, self.family_name)
        if isinstance(name, Unset):
            follows = not same and given is not None and (self.given_name is None or self._made_of_parts)
            return type(self)(full_name(given, family, locale) if follows else self.name, given, family)
        if same and self._made_of_parts:
            given, family = (part if _has(name, part) else None for part in (given, family))
        return type(self)(name, given, family)

    @property
    def _made_of_parts(self) -> bool:
        return _has(self.name, self.given_name) and (self.family_name is None or _has(self.name, self.family_name))


def full_name(given_name: str | None, family_name: str | None, locale: str | None) -> str:
    """Both names, or the one that there is, in the order of the locale's language; empty if there is none.

    >>> full_name("Дорж", "Бат-Эрдэнэ", "mn"), full_name("Dorj", "Bat-Erdene", "en"), full_name("Dorj", None, "mn")
    ('Бат-Эрдэнэ Дорж', 'Dorj Bat-Erdene', 'Dorj')
    """
    names = [given_name, family_name]
    if language_of(locale or "", None) in _FAMILY_FIRST:
        names.reverse()
    return " ".join(filter(None, names))[:MAX_NAME].strip()


def _has(name: str, part: str | None) -> bool:
    """Whether a name contains all words of a part, the first perhaps as an initial."""
    words = {word.casefold() for word in _WORDS.findall(name)}
    return part is not None and all(
        word in words or word[0] in words for word in map(str.casefold, _WORDS.findall(part))
    )
