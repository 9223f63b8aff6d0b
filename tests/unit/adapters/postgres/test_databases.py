"""The databases of the test suite: tests reuse one database, which is empty for each of them."""

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
    """The name of the database in which the statements ran."""
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute(b"SELECT count(*) FROM used_assertions").fetchone() == (0,)
        assert connection.execute(b"SELECT count(*) FROM audit_log").fetchone() == (0,)
        assert connection.execute(b"SELECT to_regclass('somebodys')").fetchone() == (None,)
        for statement in statements:
            connection.execute(statement)
        return urlsplit(url).path


def test_a_database_with_rows_is_emptied_and_reused(postgres: TestServer) -> None:
    first = used(postgres, ROWS, NOTE)
    assert used(postgres) == first


def test_the_audit_log_of_a_reused_database_is_append_only(postgres: TestServer) -> None:
    used(postgres, NOTE)
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"SET session_replication_role = replica")
        connection.execute(NOTE)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(b"DELETE FROM audit_log")


@pytest.mark.parametrize(
    "change",
    [
        b"CREATE TABLE added (id int)",
        b"DROP TABLE used_assertions",
        b"ALTER TABLE users DISABLE TRIGGER ALL",
        b"CREATE FUNCTION added() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_a_database_with_an_altered_schema_is_not_reused(postgres: TestServer, change: bytes) -> None:
    changed = used(postgres, change)
    assert used(postgres) != changed


def test_a_database_with_a_transaction_in_progress_is_not_reused(postgres: TestServer) -> None:
    with postgres.database() as url:
        connection = psycopg.connect(url)
        connection.execute(b"SELECT")
    with postgres.database() as other:
        assert other != url
    connection.close()


def test_an_idle_connection_ends_and_its_database_is_reused(postgres: TestServer) -> None:
    with postgres.database() as url:
        connection = psycopg.connect(url, autocommit=True)
    with postgres.database() as same, pytest.raises(psycopg.OperationalError):
        assert same == url
        connection.execute(b"SELECT")
