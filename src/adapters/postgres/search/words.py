"""The words of a search: those that are like them in the vocabulary, and the `tsquery` of all of them.

Words are matched fuzzily, never rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations
from typing import Final, NamedTuple, Self

from sqlalchemy import Double, Text, bindparam, cast, func, null, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.tables import MARK, search_words
from booking_domain.search.words import (
    MOST_SIMILAR,
    SIMILAR,
    Searched,
    fewest,
    keys_of,
    may_be_misspelt,
    needed,
    spellings_of,
)

_w: Final = search_words.c
_NOWHERE: Final = f"'{MARK}'"
"""A word that no text has."""


_given: Final = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("given")
_begun: Final = select(_w.word).where(
    _w.word.bool_op("~>=~")(_given), _w.word.bool_op("~<~")(func.concat(_given, "\U0010ffff"))
)
_unknown: Final = select(_given.label("word")).where(~_begun.exists()).offset(0).subquery("unknown")
"""Words with which none begins; looked up first, because similar ones cost more."""
_similarity: Final = func.similarity(_w.word, _unknown.c.word)
_similar: Final = (
    select(_unknown.c.word, _w.word.label("similar"), _w.means, _similarity.label("similarity"))
    .where(_w.word.op("%")(_unknown.c.word), _similarity >= SIMILAR)
    .subquery("similar")
)


_MOST_BEGUN: Final = 32
"""Up to how many words that begin so are searched instead of the beginning: it would read all of them for each tier."""
_beginning: Final = func.unnest(bindparam("begins", type_=ARRAY(Text))).column_valued("beginning")
_begun_by: Final = (
    select(_w.word, _w.means)
    .where(_w.word.bool_op("~>=~")(_beginning), _w.word.bool_op("~<~")(func.concat(_beginning, "\U0010ffff")))
    .order_by(_w.word.collate("C"))
    .limit(_MOST_BEGUN + 1)
    .lateral("begun_by")
)
_unlike: Final = cast(null(), Double)
_found: Final = union_all(
    select(_similar.c.similarity, *(_similar.c[name] for name in ("word", "similar", "means"))),
    select(_unlike, _beginning, *_begun_by.c).select_from(_beginning.scalar_alias.join(_begun_by, true())),
    select(_unlike, null(), _w.word, _w.means).where(_w.word == func.any(bindparam("exact", type_=ARRAY(Text)))),
).subquery("found")
FOUND_WORDS: Final = Statement(select(*_found.c).order_by(_found.c.similarity.desc().nulls_last(), _found.c.similar))
"""What the vocabulary has of the words of a search, with what each means: words that are similar to those with which
none begins, the most similar first; those that have one of the beginnings; and those that are given."""


def meanings_of(texts: Iterable[Collection[str]]) -> dict[str, set[str]]:
    """What the keys of these texts mean: in each text, those whose other spellings they are.

    Whoever has a key has a word that it means, in the same text. So one key is searched instead of all spellings of a
    word. Two words that are also one, joined by a space, mean that whoever has it has both.

    >>> from booking_domain.search.words import keys_of_all
    >>> meanings_of([keys_of_all(["Хөх ус"])])["hohus"], meanings_of([keys_of_all(["Хөх"]), ["hoh"]])["hoh"]
    ({'хөх ус'}, {'hoh', 'хөх'})
    """
    found: dict[str, set[str]] = {}
    for keys in texts:
        own = frozenset(keys)
        spelled: dict[str, set[str]] = {}
        for word in own:
            for key in keys_of(word) & own:
                if key != word and word not in keys_of(key):
                    spelled.setdefault(key, set()).add(word)
        for key in own:
            words = {word for word in spelled.get(key, ()) if word not in spelled} or {key}
            found.setdefault(key, set()).update(_apart(word, own) for word in words)
    return found


def _apart(word: str, keys: Collection[str]) -> str:
    """The two words of the text of which a word is made, or itself."""
    parts = ((word[:at], word[at:]) for at in range(1, len(word)))
    return next((f"{one} {other}" for one, other in parts if one in keys and other in keys), word)


class Vocabulary(NamedTuple):
    """What the vocabulary has of the words of a search."""

    similar: Mapping[str, tuple[str, ...]]
    """Similar words for those with which none begins."""
    begun: Mapping[str | None, Mapping[str, Sequence[str]]]
    """The words with each beginning, or more than `_MOST_BEGUN` of them, and what each means."""
    known: Mapping[str, Sequence[str]]
    """The words without a beginning that it has, and what each means."""


class _Meant(NamedTuple):
    """What matches a word: any of these, none of which another one includes."""

    begins: tuple[str, ...]
    exact: tuple[str, ...]
    phrases: tuple[tuple[Collection[str], ...], ...]
    """All parts of one of them, each by any of its keys."""

    @property
    def keys(self) -> set[str]:
        """All words that it has without a beginning."""
        return {*self.exact, *(key for phrase in self.phrases for part in phrase for key in part)}

    def within(self, vocabulary: Vocabulary) -> Self:
        """What of it is in the vocabulary."""
        few = {each: found for each in self.begins if len(found := vocabulary.begun.get(each, {})) <= _MOST_BEGUN}
        known = (vocabulary.known.get(key, ()) for key in self.exact)
        begun = (means for found in few.values() for means in found.values())
        phrases = (
            tuple(_words(vocabulary.known.get(key, ()) for key in part) for part in phrase) for phrase in self.phrases
        )
        return self._replace(
            begins=tuple(each for each in self.begins if each not in few),
            exact=_words(chain(known, begun)),
            phrases=tuple(phrase for phrase in phrases if all(phrase)),
        )


def _words(means: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The fewest words that whoever has any of these meanings has: see `meanings_of`."""
    found = set(chain.from_iterable(means))
    fewest_words = (word for word in found if " " not in word or found.isdisjoint(word.split()))
    return tuple(sorted(word.replace(" ", "") for word in fewest_words))


@lru_cache(maxsize=4_096)
def _meant(word: Searched, similar: tuple[str, ...], *, synonyms: bool) -> _Meant:
    """A key that is left out is not looked up, nor compared with each text that the index finds."""
    begins = tuple(
        key for key in sorted(word.begins) if not any(key[:length] in word.begins for length in range(1, len(key)))
    )
    phrases = {frozenset(fewest(keys_of(part)) for part in phrase) for phrase in (word.phrases if synonyms else ())}
    single = {key for phrase in phrases if len(phrase) == 1 for part in phrase for key in part}
    exact = {key for key in {*single, *similar} if not key.startswith(begins)}
    return _Meant(
        begins,
        tuple(sorted(exact)),
        tuple(
            tuple(sorted(phrase, key=sorted))
            for phrase in sorted(phrases, key=lambda each: sorted(map(sorted, each)))
            if not any(all(key in exact or key.startswith(begins) for key in part) for part in phrase)
        ),
    )


def tsquery_of(
    words: Sequence[Searched],
    vocabulary: Vocabulary,
    weights: str,
    *,
    synonyms: bool = True,
    all_but_one: bool = False,
) -> str:
    """The `tsquery` of texts that have all of the words, or all but one, in places of these weights."""
    suffix = f":{weights}" if weights else ""

    def one_of(keys: Iterable[str]) -> str:
        return " | ".join(f"'{key}'{suffix}" for key in keys)

    def of(word: Searched) -> str:
        meant = _meant(word, vocabulary.similar.get(word.word, ()), synonyms=synonyms).within(vocabulary)
        alternatives = (
            *(f"'{key}':*{weights}" for key in meant.begins),
            *([one_of(meant.exact)] if meant.exact else []),
            *(f"({' & '.join(f'({one_of(part)})' for part in phrase)})" for phrase in meant.phrases),
        )
        return f"({' | '.join(alternatives) or _NOWHERE})"

    enough = combinations(map(of, words), needed(words, all_but_one=all_but_one))
    return " | ".join(f"({' & '.join(of_words)})" for of_words in enough)


def any_key_of(words: Sequence[Searched], vocabulary: Vocabulary, weight: str) -> str:
    """The `tsquery` of texts that have, in a place of this weight, any key by which one of the words may match."""
    meant = [_meant(each, vocabulary.similar.get(each.word, ()), synonyms=True).within(vocabulary) for each in words]
    begins = sorted({f"'{key}':*{weight}" for each in meant for key in each.begins})
    return " | ".join([*begins, *sorted({f"'{key}':{weight}" for each in meant for key in each.keys})]) or _NOWHERE


def tsqueries_of(words: Sequence[Searched], vocabulary: Vocabulary, *, all_but_one: bool = False) -> list[str]:
    """The `tsquery`s that all find the texts with all of the words, or with all but one."""
    parts = [words] if all_but_one and words else [[word] for word in words]
    return [tsquery_of(part, vocabulary, "", all_but_one=all_but_one) for part in parts]


async def looked_up(words: Sequence[Searched], work: Work, *, synonyms: bool = True) -> Vocabulary:
    """Look up what may be meant by the words."""
    if not words:
        return Vocabulary({}, {}, {})
    typed = {each.word: spellings_of(each.word) for each in words if may_be_misspelt(each.word)}
    meant = [_meant(each, (), synonyms=synonyms) for each in words]
    found = await work.all(
        FOUND_WORDS,
        words=sorted({form for forms in typed.values() for form in forms}),
        begins=sorted({key for each in meant for key in each.begins}),
        exact=sorted({key for each in meant for key in each.keys}),
    )
    similar: dict[str, list[str]] = {}
    begun: dict[str | None, dict[str, Sequence[str]]] = {None: {}}
    for similarity, of, word, means in found:
        if similarity is None:
            begun.setdefault(of, {})[word] = means or (word,)
        elif len(similar.setdefault(of, [])) < MOST_SIMILAR:
            similar[of].append(word)
            begun[None][word] = means or (word,)
    of_words = {
        word: tuple(sorted({each for form in forms for each in similar.get(form, ())})) for word, forms in typed.items()
    }
    return Vocabulary(of_words, begun, begun.pop(None))
