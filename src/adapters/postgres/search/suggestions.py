"""The terms that a search may suggest.

Each is stored once, with its words and about how many providers have it, so that those of many providers are found as
fast as others. How many have it now is counted of those that are shown.
"""

from itertools import pairwise
from typing import Final

from sqlalchemy import ColumnElement, Integer, bindparam, delete, func, literal, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR, insert

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.matching import given, one_by_one
from adapters.postgres.search.tables import PUBLIC, SUGGESTED, search_suggestions, search_terms
from booking_domain.search.model import MOST_COUNTED, Suggestion, Term, TermKind
from booking_domain.search.words import keys_of_all

_p: Final = providers.c
_s: Final = search_suggestions.c
_t: Final = search_terms.c
_of_term: Final = _t.kind == _s.kind, _t.term == _s.term


def _suggest() -> Statement:
    """The commonest as they were counted, in the order in which they are now; a few more, as some may be of nobody."""
    most = bindparam("most", type_=Integer())
    shorter = func.length(_s.term), _s.term.collate("C"), _s.kind
    found = select(*(_s.kind, _s.term, _s.providers)).where(_s.words.op("@@")(given("query", TSQUERY)))
    bands = (
        found.where(*_between(least, below)).order_by(_s.providers.desc(), *shorter)
        for below, least in pairwise((None, *SUGGESTED, None))
    )
    first = one_by_one(bands).limit(2 * most).subquery("first")
    c = first.c
    some = (
        select(_t.provider_id)
        .select_from(search_terms.join(providers, _p.id == _t.provider_id))
        .where(PUBLIC, _t.kind == c.kind, _t.term == c.term)
        .limit(MOST_COUNTED)
        .correlate(first)
        .subquery("some")
    )
    counted = select(func.count().label("count")).select_from(some).lateral("counted")
    count = counted.c.count
    return Statement(
        select(c.kind, c.term, count, count >= MOST_COUNTED)
        .select_from(first.join(counted, true()))
        .where(count > 0)
        .order_by(count.desc(), c.providers.desc(), func.length(c.term), c.term.collate("C"), c.kind)
        .limit(most)
    )


def _between(least: int | None, below: int | None) -> list[ColumnElement[bool]]:
    """The terms of a band, as its index says it: with constants."""
    at_least = [] if least is None else [_s.providers >= literal_column(str(least))]
    return [*at_least, *([] if below is None else [_s.providers < literal_column(str(below))])]


SUGGEST: Final = _suggest()


def _count_terms() -> Statement:
    words = func.array_agg(_t.words, type_=ARRAY(TSVECTOR))[1]
    counts = select(_t.kind, _t.term, words, func.count()).group_by(_t.kind, _t.term)
    new = insert(search_suggestions).from_select(["kind", "term", "words", "providers"], counts)
    return Statement(
        new.on_conflict_do_update(
            index_elements=[_s.kind, _s.term],
            set_={"words": new.excluded.words, "providers": new.excluded.providers},
            where=_s.providers != new.excluded.providers,
        )
    )


COUNT_TERMS: Final = _count_terms()
FORGET_TERMS: Final = Statement(
    delete(search_suggestions).where(~select(literal(1)).where(*_of_term).correlate(search_suggestions).exists())
)


def suggestion_of(row: Row) -> Suggestion:
    """A term, and how many have it."""
    return Suggestion(term_of(row), *row[2:])


def term_of(row: Row) -> Term:
    """A suggested term."""
    return Term(TermKind(row[0]), row[1])


def term_vector(text: str) -> str:
    """The words of a term, as a `tsvector`."""
    return " ".join(f"'{key}'" for key in keys_of_all([text]))
