"""The databases of these tests: one after the other has the same, and finds it as new."""

from urllib.parse import urlsplit

import psycopg
import pytest
from tests.databases import TestServer

ROWS = b"INSERT INTO used_assertions (digest, good_until) SELECT sha256('1'), now()"
NOTE = b"""
    INSERT INTO audit_log (id, at, actor_id, actor_role, action, address, user_agent, request_id, details)
        VALUES (gen_random_uuid(), now(), gen_random_uuid(), 'admin', 'user.changed', '', '', '', '{}')
"""


def used(postgres: TestServer, *statements: bytes) -> str:
    """The database in which they were run."""
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute(b"SELECT count(*) FROM used_assertions").fetchone() == (0,)
        assert connection.execute(b"SELECT count(*) FROM audit_log").fetchone() == (0,)
        assert connection.execute(b"SELECT to_regclass('somebodys')").fetchone() == (None,)
        for statement in statements:
            connection.execute(statement)
        return urlsplit(url).path


def test_what_has_rows_is_emptied_and_used_again(postgres: TestServer) -> None:
    first = used(postgres, ROWS)
    assert used(postgres) == first


@pytest.mark.parametrize(
    "change",
    [
        b"CREATE TABLE somebodys (id int)",
        b"DROP TABLE used_assertions",
        b"ALTER TABLE users DISABLE TRIGGER ALL",
        b"CREATE FUNCTION somebodys() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        NOTE,
    ],
)
def test_what_is_altered_is_used_by_nobody_else(postgres: TestServer, change: bytes) -> None:
    changed = used(postgres, change)
    assert used(postgres) != changed


def test_where_somebody_is_connected_still_nobody_else_is(postgres: TestServer) -> None:
    with postgres.database() as url:
        connection = psycopg.connect(url)
    with postgres.database() as other:
        assert other != url
    connection.close()
