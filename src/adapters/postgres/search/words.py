"""The words of a search: those that are like them in the vocabulary, and the `tsquery` of all of them.

Words are matched fuzzily, never rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.tables import search_words
from booking_domain.search.words import MOST_SIMILAR, SIMILAR, Searched, keys_of, may_be_misspelt, needed, spellings_of

_w: Final = search_words.c


_given: Final = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("given")
_begun: Final = select(_w.word).where(
    _w.word.bool_op("~>=~")(_given), _w.word.bool_op("~<~")(func.concat(_given, "\U0010ffff"))
)
_unknown: Final = select(_given.label("word")).where(~_begun.exists()).offset(0).subquery("unknown")
"""Words with which none begins; looked up first, because similar ones cost more."""
SIMILAR_WORDS: Final = Statement(
    select(_unknown.c.word, _w.word)
    .where(_w.word.op("%")(_unknown.c.word), func.similarity(_w.word, _unknown.c.word) >= SIMILAR)
    .order_by(_unknown.c.word, func.similarity(_w.word, _unknown.c.word).desc(), _w.word)
)


class _Meant(NamedTuple):
    """What matches a word: any of these, none of which another one includes."""

    begins: tuple[str, ...]
    exact: tuple[str, ...]
    phrases: tuple[tuple[frozenset[str], ...], ...]
    """All parts of one of them, each by any of its keys."""


@lru_cache(maxsize=4_096)
def _meant(word: Searched, similar: tuple[str, ...], *, synonyms: bool) -> _Meant:
    """A key that is left out is not looked up, nor compared with each text that the index finds."""
    begins = tuple(
        key for key in sorted(word.begins) if not any(key[:length] in word.begins for length in range(1, len(key)))
    )
    phrases = {frozenset(map(keys_of, phrase)) for phrase in (word.phrases if synonyms else ())}
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
    similar: Mapping[str, Sequence[str]],
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
        meant = _meant(word, tuple(similar.get(word.word, ())), synonyms=synonyms)
        alternatives = (
            *(f"'{key}':*{weights}" for key in meant.begins),
            *([one_of(meant.exact)] if meant.exact else []),
            *(f"({' & '.join(f'({one_of(sorted(part))})' for part in phrase)})" for phrase in meant.phrases),
        )
        return f"({' | '.join(alternatives)})"

    enough = combinations(map(of, words), needed(words, all_but_one=all_but_one))
    return " | ".join(f"({' & '.join(of_words)})" for of_words in enough)


async def similar_to(words: Sequence[Searched], work: Work) -> dict[str, list[str]]:
    """Similar words for those with which none begins."""
    found: dict[str, list[str]] = {}
    typed = {each.word: spellings_of(each.word) for each in words if may_be_misspelt(each.word)}
    misspelt = sorted({form for forms in typed.values() for form in forms})
    for form, similar in await work.all(SIMILAR_WORDS, words=misspelt) if misspelt else ():
        if len(found.setdefault(form, [])) < MOST_SIMILAR:
            found[form].append(similar)
    return {
        word: sorted({similar for form in forms for similar in found.get(form, ())}) for word, forms in typed.items()
    }
