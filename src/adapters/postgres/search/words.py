"""The words of a search: those that are like them in the vocabulary, and the `tsquery` of all of them.

Words are matched fuzzily, never rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

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

    def one_of(keys: Iterable[str], *, beginning: bool) -> str:
        marks = f":*{weights}" if beginning else suffix
        return " | ".join(f"'{key}'{marks}" for key in sorted(keys))

    alternatives = (
        [
            one_of(each.begins, beginning=True),
            *(
                " & ".join(f"({one_of(keys_of(part), beginning=False)})" for part in phrase)
                for phrase in (each.phrases if synonyms else ())
            ),
            *(one_of([alike], beginning=False) for alike in similar.get(each.word, ())),
        ]
        for each in words
    )
    each_word = [f"({' | '.join(f'({each})' for each in of_word)})" for of_word in alternatives]
    enough = combinations(each_word, needed(words, all_but_one=all_but_one))
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
