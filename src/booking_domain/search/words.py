"""The words of a text as search compares them, in any of three scripts, with typing errors.

>>> sorted(keys_of("Үсчин")), words_of("می‌خواهم Nail-Art")
(['uschin', 'усчин', 'үсчин'], ('می', 'خواهم', 'nail', 'art', 'میخواهم'))
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from booking_domain.search.synonyms import GROUPS
from booking_domain.shared.folding import folded

MOST_WORDS: Final = 8
"""How many words of a searched text count."""
MOST_SIMILAR: Final = 8
"""How many similar words a misspelt word may mean."""
SIMILAR: Final = 0.4
"""From which similarity on a word may be meant by another one."""
_WORD: Final = re.compile(r"\w+")
_JOINER: Final = "\u200c"
_SHORTEST_SIMILAR: Final = 4
_O_AND_U: Final = str.maketrans({"ө": "о", "ү": "у"})
_LATIN: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхэөүы", "abvgdeziiklmnoprstufheoui", strict=True)),
        "ж": "j",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "yu",
        "я": "ya",
        "ё": "yo",
        "ь": "",
        "ъ": "",
    }
)
_SPELLINGS: Final = (("kh", "h"), ("zh", "j"), ("dz", "z"), ("ph", "f"), ("w", "v"), ("y", "i"))
_REPEATED: Final = re.compile(r"(.)\1+")


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text. A word with a zero-width non-joiner is also its parts."""
    apart = _WORD.findall(folded(text.replace(_JOINER, " ")))
    joined = _WORD.findall(folded(text)) if _JOINER in text else []
    return tuple(dict.fromkeys([*apart, *joined]))


@lru_cache(maxsize=65_536)
def keys_of(word: str) -> frozenset[str]:
    """What a word is found by: itself, with `о` and `у` for `ө` and `ү`, and as it is spelled in Latin letters."""
    plain = folded(word)
    plainer = plain.translate(_O_AND_U)
    latin = plainer.translate(_LATIN)
    if not latin.isascii():
        return frozenset({plain, plainer})
    for written, means in _SPELLINGS:
        latin = latin.replace(written, means)
    return frozenset({plain, plainer, _REPEATED.sub(r"\1", latin)})


def keys_of_all(texts: Iterable[str]) -> tuple[str, ...]:
    """The keys of all words of the texts, sorted."""
    return tuple(sorted({key for text in texts for word in words_of(text) for key in keys_of(word)}))


def synonyms_of(word: str) -> tuple[tuple[str, ...], ...]:
    """The words and phrases of the same meaning, each as its folded words, without the word itself.

    >>> ("шивээс",) in synonyms_of("Tattoo"), ("nail",) in synonyms_of("nails"), synonyms_of("Bold")
    (True, True, ())
    """
    found = {phrase: None for key in keys_of(word) for phrase in _SYNONYMS.get(key, ()) if phrase != (folded(word),)}
    return tuple(found)


def similarity(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1: the share of their trigrams that both have, as PostgreSQL's `pg_trgm`.

    >>> similarity("tattoo", "tatoo") > SIMILAR, similarity("tattoo", "nails")
    (True, 0.0)
    """
    left, right = _trigrams(one), _trigrams(other)
    return len(left & right) / len(left | right)


def may_be_misspelt(word: str) -> bool:
    """Whether a word is long enough to look for similar ones."""
    return len(word) >= _SHORTEST_SIMILAR


@lru_cache(maxsize=65_536)
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _synonyms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for group in GROUPS:
        phrases = [words_of(each) for each in group]
        for phrase in phrases:
            if len(phrase) == 1:
                for key in keys_of(phrase[0]):
                    found.setdefault(key, {}).update(dict.fromkeys(phrases))
    return {key: tuple(phrases) for key, phrases in found.items()}


_SYNONYMS: Final = _synonyms()
