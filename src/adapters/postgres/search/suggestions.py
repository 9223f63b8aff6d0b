"""The terms that a search may suggest."""

from typing import Final

from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.tables import PUBLIC, search_terms
from booking_domain.search.model import Term, TermKind
from booking_domain.search.words import keys_of_all

_p: Final = providers.c
_t: Final = search_terms.c


SUGGEST: Final = Statement(
    select(_t.kind, _t.term)
    .select_from(search_terms.join(providers, _p.id == _t.provider_id))
    .where(PUBLIC, _t.words.op("@@")(cast(bindparam("query", type_=Text()), TSQUERY)))
    .group_by(_t.kind, _t.term)
    .order_by(func.count().desc(), func.length(_t.term), _t.term.collate("C"), _t.kind)
    .limit(bindparam("most"))
)


def term_of(row: Row) -> Term:
    """A suggested term."""
    return Term(TermKind(row[0]), row[1])


def term_vector(text: str) -> str:
    """The words of a term, as a `tsvector`."""
    return " ".join(f"'{key}'" for key in keys_of_all([text]))
