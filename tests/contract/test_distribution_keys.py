"""The rules of Citus for keys, on plain hash partitions: PostgreSQL refuses the same constraints for the same reason.

A table that is spread by `provider_id` can have only those unique and exclusion constraints that contain it. The list
says which keys of the tables that would be spread do not, so a new one is a decision.
"""

from typing import Final

import psycopg
import pytest
from tests.databases import TestServer

SPREAD: Final = (
    "availability_blocks",
    "availability_exceptions",
    "availability_rules",
    "bookings",
    "calendar_feeds",
    "claims",
    "class_places",
    "services",
    "statistics_buckets",
    "statistics_days",
    "waiting_list",
)
TO_WIDEN: Final = {
    "availability_blocks": {"availability_blocks_pkey"},
    "availability_exceptions": {"availability_exceptions_pkey"},
    "availability_rules": {"availability_rules_pkey"},
    "bookings": {"bookings_pkey", "bookings_reference_key"},
    "calendar_feeds": {"calendar_feeds_pkey"},
    "services": {"services_pkey"},
    "waiting_list": {"waiting_list_pkey"},
}
"""Primary keys become (id, provider_id). The reference of a booking would be unique for each provider."""
_KEYS: Final = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x') ORDER BY conname
"""
_EXCLUDES_FROM: Final = 170_000
"""Partitioned tables have exclusion constraints since PostgreSQL 17."""


@pytest.fixture(scope="module")
def refused(postgres: TestServer) -> dict[str, set[str]]:
    """The keys that each table cannot have when it is spread by provider."""
    found: dict[str, set[str]] = {}
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
        if connection.info.server_version < _EXCLUDES_FROM:
            pytest.skip("partitioned tables have no exclusion constraints before PostgreSQL 17")
        for table in SPREAD:
            spread = f"CREATE TEMP TABLE spread_{table} (LIKE {table}) PARTITION BY HASH (provider_id)"
            connection.execute(spread.encode())
            for name, definition in connection.execute(_KEYS.encode(), (table,)).fetchall():
                try:
                    connection.execute(f"ALTER TABLE spread_{table} ADD CONSTRAINT {name}_ {definition}".encode())
                except psycopg.errors.FeatureNotSupported:
                    found.setdefault(table, set()).add(name)
    return found


def test_the_keys_that_have_to_be_widened_are_known(refused: dict[str, set[str]]) -> None:
    assert refused == TO_WIDEN


def test_what_keeps_bookings_apart_can_be_spread(refused: dict[str, set[str]]) -> None:
    assert not {"claims", "class_places"} & refused.keys()
