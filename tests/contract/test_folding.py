"""Search folds texts in the same way in Python and in PostgreSQL, whatever the collation."""

from collections.abc import Iterator, Sequence
from typing import Final

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, column, func, select
from tests.contract.postgres_oracle import connected
from tests.databases import TestServer

from adapters.postgres.kit.folding import folded as folded_in_sql
from adapters.postgres.kit.statements import Statement
from booking_domain.shared.folding import folded

_SCRIPTS: Final = (
    (0x20, 0x24F),
    (0x300, 0x5FF),
    (0x600, 0x6FF),
    (0x900, 0x97F),
    (0x10A0, 0x10FF),
    (0x1800, 0x18AF),
    (0x1E00, 0x1FFF),
    (0x2000, 0x206F),
    (0x3040, 0x30FF),
    (0xAC00, 0xAC7F),
    (0xFF00, 0xFFEF),
    (0x1F600, 0x1F64F),
)
_TEXT: Final = column("word", Text())
_FOLDED: Final = Statement(
    select(folded_in_sql(_TEXT)).select_from(
        func.unnest(column("words")).table_valued("word", with_ordinality="place").render_derived()
    )
)
_LETTERS: Final = st.one_of(*(st.characters(min_codepoint=first, max_codepoint=last) for first, last in _SCRIPTS))
words = st.lists(st.text(_LETTERS, max_size=12), max_size=20)


def in_postgres(connection: psycopg.Connection, texts: Sequence[str], collation: str = "C") -> list[str]:
    sql = _FOLDED.sql.replace(b"unnest(words)", b'unnest(%s::text[] COLLATE "' + collation.encode() + b'")')
    return [row[0] for row in connection.execute(sql, [list(texts)])]


@pytest.fixture(scope="module")
def connection(postgres: TestServer) -> Iterator[psycopg.Connection]:
    with postgres.empty_database() as url, connected(url) as ready:
        yield ready


@settings(max_examples=50)
@given(words)
def test_texts_of_many_scripts_are_folded_alike(connection: psycopg.Connection, words: list[str]) -> None:
    assert in_postgres(connection, words) == [folded(word) for word in words]


def test_every_letter_is_folded_alike_under_every_kind_of_collation(connection: psycopg.Connection) -> None:
    letters = [chr(point) for point in range(1, 0x20000) if not 0xD800 <= point < 0xE000]
    expected = [folded(letter) for letter in letters]
    kinds = connection.execute(
        "SELECT min(collname) FROM pg_collation WHERE collisdeterministic AND collencoding IN (-1, 6) AND"
        " collname <> 'default' GROUP BY collprovider, collctype = 'C'"
    )
    found = [row[0] for row in kinds]
    assert found
    for collation in found:
        assert in_postgres(connection, letters, collation) == expected, collation
