"""The words of a text as search compares them, in any of three scripts, with typing errors.

A stored word has keys. A searched word matches a key that begins with one of its readings: what people may have meant,
whatever their keyboard has.

>>> sorted(keys_of("Үсчин")), words_of("می‌خواهم Nail-Art")
(['uschin', 'усчин', 'үсчин'], ('می', 'خواهم', 'nail', 'art', 'میخواهم'))
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise, product
from operator import ne
from typing import Final, NamedTuple

from booking_domain.search.synonyms import FILLERS, GROUPS, WIDER
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
_SHORTEST_BEGINNING: Final = 3
_SHORTEST_NEAR: Final = 5
_SHORTEST_STEM: Final = 3
_MOST_READINGS: Final = 16
_SHORTEST_SKELETON: Final = 3
_MOST_JOINED: Final = 4
"""Up to how many words a text has if two of them may be written as one."""
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
_HEARD: Final = (("ө", "оу"), ("ь", ("", "и")))
"""Letters that are spelled in Latin letters in two ways."""
_SPELLINGS: Final = (("kh", "h"), ("zh", "j"), ("dz", "z"), ("ph", "f"), ("w", "v"), ("y", "i"))
_MEANT: Final = {"v": "vu", "y": "yu", "c": ("c", "ts"), "x": ("x", "h", "ks")}
"""What people who write Mongolian in Latin letters may mean by one of them."""
_LOOK_ALIKE: Final = str.maketrans("aceopxyv", "асеорхуү")
"""Latin letters that are typed in Cyrillic words."""
_REPEATED: Final = re.compile(r"(.)\1+")
_CYRILLIC: Final = re.compile("[а-яөү]")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_ENDINGS: Final = (
    *("ings", "ing", "ers", "er", "es", "s"),
    *("уулах", "үүлэх", "лгах", "лгэх", "лах", "лэх", "ах", "эх", "ох", "өх", "алт", "элт", "олт", "өлт"),
    *("uulah", "lgah", "lgeh", "lah", "leh", "ah", "eh", "oh", "alt", "elt", "olt", "lt"),
    *("ийн", "ын", "ны", "ний", "нд", "д", "т", "аас", "ээс", "оос", "өөс", "аар", "ээр", "оор", "өөр", "тай", "тэй"),
    *("iin", "in", "nii", "ni", "nd", "d", "t", "aas", "ees", "aar", "eer", "tai", "tei", "ууд", "үүд", "uud"),
    *("чин", "ч", "chin", "ch"),
    *("هایی", "های", "ها", "ای", "ی", "م", "ش", "گر", "چی", "ور"),
)
"""Of plurals, cases, verbs, and of who does something, in three languages."""
_SOUNDS: Final = str.maketrans(
    {
        **dict.fromkeys("اعءئأؤ", ""),
        **dict(zip("بپتطثسصجژدذزضظرفقغکگلمن", "bpttsssjjdzzzzrfggkglmn", strict=True)),
        "چ": "q",
        "خ": "x",
        "ش": "c",
        "ح": "h",
        "ه": "h",
        "و": "v",
        "ی": "y",
    }
)
_LONG_VOWELS: Final = {**_SOUNDS, **str.maketrans({"ا": "a", "و": "u", "ی": "i", "خ": "h", "ش": "sh", "چ": "ch"})}
_LONG: Final = (("oo", "u"), ("ou", "u"), ("ee", "i"), ("o", "u"))
"""How people write long vowels of Persian in Latin letters."""
_LATIN_SOUNDS: Final = (
    *(("sion", "cn"), ("tion", "cn"), ("kh", "\0"), ("x", "ks"), ("\0", "x"), ("ch", "\0"), ("sh", "\1")),
    *(("c", "k"), ("q", "g"), ("gh", "g"), ("zh", "j"), ("ph", "f"), ("w", "v"), ("\0", "q"), ("\1", "c")),
)
_VOWELS: Final = re.compile("[aeiou]|(?<!^)[vy]|h$")


class Searched(NamedTuple):
    """A word of a searched text, and what it may mean."""

    word: str
    begins: frozenset[str]
    """A key that begins with one of these matches."""
    phrases: tuple[tuple[str, ...], ...]
    """All words of one of these match as well."""


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text. A word with a zero-width non-joiner is also its parts."""
    apart = _apart(text)
    joined = _WORD.findall(folded(text)) if _JOINER in text else []
    return tuple(dict.fromkeys([*apart, *joined]))


def _apart(text: str) -> list[str]:
    return _WORD.findall(folded(text.replace(_JOINER, " ")))


@lru_cache(maxsize=65_536)
def keys_of(word: str) -> frozenset[str]:
    """What a word is found by.

    Itself, with `о` and `у` for `ө` and `ү`, as it is spelled in Latin letters, and the consonants of Persian: vowels
    are often not written, and each sound has several letters.
    """
    plain = folded(word)
    meant = plain.translate(_LOOK_ALIKE) if _CYRILLIC.search(plain) else plain
    if _ARABIC.search(plain):
        consonants = _skeleton(plain)
        sounds = plain.replace("ع", "ا").translate(_LONG_VOWELS)
        return frozenset({plain, *consonants, *([sounds] if sounds.isascii() else [])})
    spelled = {_spelled(each) for each in _heard(meant)}
    return frozenset({plain, meant, meant.translate(_O_AND_U), *(each for each in spelled if each.isascii())})


def fewest(keys: Collection[str]) -> frozenset[str]:
    """Those of these keys that find all whom they find: an index compares each text with each key.

    Who has a key in Cyrillic or Persian letters has a word with it, and so the other keys of that word.

    >>> sorted(fewest(keys_of("хумс") | keys_of("ناخن"))), fewest({"хумс"})
    (['0nxn', 'hums', 'nahn'], frozenset({'хумс'}))
    """
    return frozenset(
        key for key in keys if key.isascii() or not any(each.isascii() and each in keys for each in keys_of(key))
    )


def _heard(word: str) -> Iterator[str]:
    found = [next((ways for letter, ways in _HEARD if letter == each), each) for each in word]
    return ("".join(each) for each in product(*found)) if len(found) < 32 else iter([word])  # noqa: PLR2004


def _spelled(word: str) -> str:
    latin = word.translate(_O_AND_U).translate(_LATIN)
    for written, means in _SPELLINGS:
        latin = latin.replace(written, means)
    return _REPEATED.sub(r"\1", latin)


def _skeleton(word: str, shortest: int = _SHORTEST_SKELETON) -> Iterator[str]:
    """The consonants of a word, as a key that no word has."""
    sounds = word.translate(_SOUNDS)
    if not sounds.isascii():
        return
    consonants = _REPEATED.sub(r"\1", _VOWELS.sub("", sounds))
    if len(consonants) >= shortest:
        yield f"0{consonants}"
    if len(consonants) == shortest - 1:
        yield f"0{consonants}0"


@lru_cache(maxsize=65_536)
def readings_of(word: str) -> frozenset[str]:
    """The beginnings of keys that somebody who typed the word may mean.

    >>> "uschin" in readings_of("vschin"), keys_of("سارا") & readings_of("Sara"), "barber" in readings_of("barbers")
    (True, frozenset({'sara'}), True)
    """
    plain = folded(word)
    found = set(keys_of(plain))
    if plain.isascii():
        ways = (_MEANT.get(letter, letter) for letter in plain)
        found |= {_spelled("".join(each)) for each in islice(product(*ways), _MOST_READINGS)}
        found |= {_spelled(_replaced(plain, _LONG)), *_skeleton(_replaced(plain, _LATIN_SOUNDS), 2)}
    if _REPEATED.search(plain):  # `zzzz` means nothing that begins with z
        found = {key for key in found if 2 * len(key) > len(plain)}
    return frozenset(found | {key[: -len(ending)] for key in found for ending in _endings_of(key)})


def _endings_of(key: str) -> Iterator[str]:
    if not key.startswith("0"):
        for ending in _ENDINGS:
            if key.endswith(ending) and len(key) - len(ending) >= _SHORTEST_STEM:
                yield ending


def _replaced(word: str, spellings: Iterable[tuple[str, str]]) -> str:
    for written, means in spellings:
        word = word.replace(written, means)
    return word


def keys_of_all(texts: Iterable[str]) -> tuple[str, ...]:
    """The keys of all words of the texts, and of two words of a short text as if they were one; sorted."""
    found: set[str] = set()
    for text in texts:
        words = words_of(text)
        joined = (one + other for one, other in pairwise(words)) if len(words) <= _MOST_JOINED else ()
        found.update(*map(keys_of, words), *map(keys_of, joined))
    return tuple(sorted(found))


@lru_cache(maxsize=4_096)
def searched(text: str) -> tuple[Searched, ...]:
    """The words of a searched text, each of which must match, and what they may mean.

    Two words may be one, or one of ours a phrase: `make up`. Fillers do not count beside other words: `near me`.
    """
    words = _apart(text)
    words = ([word for word in words if word not in _FILLERS] or words)[:MOST_WORDS]
    meant: list[dict[tuple[str, ...], None]] = [dict.fromkeys(synonyms_of(word)) for word in words]
    begins = [set(readings_of(word)) for word in words]
    for length in (2, 3):
        for first in range(len(words) - length + 1):
            phrase = tuple(words[first : first + length])
            joined = "".join(phrase)
            phrases = [*_synonyms_of_phrase(phrase), *_known(readings_of(joined))]
            for number in range(first, first + length):
                meant[number].update(dict.fromkeys(phrases))
                begins[number] |= readings_of(joined)
    return tuple(
        Searched(word, frozenset(keys), tuple(phrases))
        for word, keys, phrases in zip(words, begins, meant, strict=True)
    )


def needed(words: Sequence[Searched], *, all_but_one: bool) -> int:
    """How many of the words must match."""
    return len(words) - (all_but_one and len(words) > 1)


@lru_cache(maxsize=65_536)
def synonyms_of(word: str) -> tuple[tuple[str, ...], ...]:
    """The words and phrases of the same meaning, each as its folded words, without the word itself.

    Those of what begins with the word if none is equal, and else of the most similar one.

    >>> ("шивээс",) in synonyms_of("Tattoo"), ("nail",) in synonyms_of("nails"), synonyms_of("Bold")
    (True, True, ())
    """
    readings = readings_of(word)
    meant = _known(readings) or _known(_intended(folded(word), readings))
    return tuple(phrase for phrase in meant if phrase != (folded(word),))


def said_in(language: str, style: str) -> str:
    """What a style is called in a language: as it is written, if that is its script or its meaning is not known.

    >>> said_in("mn", "Fine line"), said_in("en", "Нарийн зураас"), said_in("fa", "my own"), said_in("en", "colour")
    ('нарийн зураас', 'fine line', 'my own', 'colour')
    """
    script = _SCRIPTS[language]
    if script.search(style):
        return style
    return next((each for each in _GROUP_OF.get(words_of(style), ()) if script.search(each)), style)


def _known(keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(phrase for key in sorted(keys) for phrase in _SYNONYMS.get(key, ())))


def _intended(word: str, readings: frozenset[str]) -> list[str]:
    """The words with synonyms that somebody may type who is not done, or makes an error."""
    begun = [
        key
        for key in _SYNONYMS
        for reading in readings
        if len(reading) >= _SHORTEST_BEGINNING + reading.startswith("0") and key.startswith(reading)
    ]
    if begun or not may_be_misspelt(word):
        return begun
    forms = spellings_of(word)
    if near := [key for key in _SYNONYMS if any(_one_error(form, key) for form in forms)]:
        return near
    alike = max(((_likeness(word, key), key) for key in _SYNONYMS), default=(0, ""))
    return [alike[1]] if alike[0] > SIMILAR else []


def _likeness(word: str, key: str) -> float:
    """The similarity of words; those with two letters in another order are as good as equal."""
    swapped = len(word) == len(key) and sorted(word) == sorted(key) and sum(map(ne, word, key)) == 2  # noqa: PLR2004
    return 1.0 if swapped else similarity(word, key)


def similarity(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1: the share of their trigrams that both have, as PostgreSQL's `pg_trgm`.

    >>> similarity("tattoo", "tatoo") > SIMILAR, similarity("tattoo", "nails")
    (True, 0.0)
    """
    left, right = _trigrams(one), _trigrams(other)
    return len(left & right) / len(left | right)


def _one_error(one: str, other: str) -> bool:
    """Whether a letter too many, too few or wrong is all that two words of five letters differ in."""
    if not _SHORTEST_NEAR <= max(len(one), len(other)) <= min(len(one), len(other)) + 1:
        return False
    at = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), None)
    if at is None:
        return True
    return other[at + 1 :] in {one[at + 1 :], one[at:]} or one[at + 1 :] == other[at:]


def spellings_of(word: str) -> frozenset[str]:
    """A word as it is typed, and as keys are spelled in Latin letters: what similar words are looked up by.

    >>> sorted(spellings_of("munkhzl"))
    ['munhzl', 'munkhzl']
    """
    spelled = _spelled(word)
    return frozenset({word, spelled} if spelled.isascii() else {word})


def may_be_misspelt(word: str) -> bool:
    """Whether a word is long enough to look for similar ones."""
    return len(word) >= _SHORTEST_SIMILAR


@lru_cache(maxsize=65_536)
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _synonyms_of_phrase(phrase: Sequence[str]) -> Iterator[tuple[str, ...]]:
    keys = [readings_of(word) for word in phrase]
    for known, means in _PHRASES.items():
        if len(known) == len(phrase) and all(map(frozenset.intersection, keys, map(keys_of, known))):
            yield from means


Phrases = Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _phrases() -> Phrases:
    """What each word or phrase of `GROUPS` means, and what those of `WIDER` include."""
    groups = [tuple(map(words_of, group)) for group in GROUPS]
    found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for group in groups:
        for phrase in group:
            found.setdefault(phrase, {}).update(dict.fromkeys(group))
    narrow = {phrase: tuple(means) for phrase, means in found.items()}
    for wide, included in WIDER.items():
        for phrase in narrow[words_of(wide)]:
            for each in included:
                found[phrase].update(dict.fromkeys(narrow[words_of(each)]))
    return {phrase: tuple(means) for phrase, means in found.items()}


def _by_key(phrases: Phrases) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for phrase, means in phrases.items():
        if len(phrase) == 1:
            for key in keys_of(phrase[0]):
                found.setdefault(key, {}).update(dict.fromkeys(means))
    return {key: tuple(means) for key, means in found.items()}


_GROUP_OF: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    words_of(each): group for group in reversed(GROUPS) for each in group
}
_SCRIPTS: Final = {
    "en": re.compile("[A-Za-z]"),
    "mn": re.compile("[\u0400-\u04ff]"),
    "fa": re.compile("[\u0600-\u06ff]"),
}
_FILLERS: Final = frozenset(word for each in FILLERS for word in words_of(each))
_PHRASES: Final = _phrases()
_SYNONYMS: Final = _by_key(_PHRASES)
