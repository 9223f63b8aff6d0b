"""The terms that a search may suggest."""

from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.matching import given
from adapters.postgres.search.tables import PUBLIC, search_terms
from booking_domain.search.model import MOST_COUNTED, Suggestion, Term, TermKind
from booking_domain.search.words import keys_of_all

_p: Final = providers.c
_t: Final = search_terms.c


_counted: Final = (
    select(_t.kind, _t.term)
    .select_from(search_terms.join(providers, _p.id == _t.provider_id))
    .where(PUBLIC, _t.words.op("@@")(given("query", TSQUERY)))
    .limit(MOST_COUNTED)
    .subquery("counted")
)
SUGGEST: Final = Statement(
    select(
        *(_counted.c.kind, _counted.c.term, func.count()),
        func.sum(func.count()).over() >= MOST_COUNTED,
    )
    .group_by(_counted.c.kind, _counted.c.term)
    .order_by(func.count().desc(), func.length(_counted.c.term), _counted.c.term.collate("C"), _counted.c.kind)
    .limit(bindparam("most"))
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
