"""The error of a constraint is known by the name of the constraint on a shard of Citus too."""

import psycopg
import pytest
from psycopg import errors
from tests.databases import TestServer

from adapters.postgres.kit.errors import domain_errors
from booking_domain.identity.blocked_networks import NetworkBlockedAlready

_TABLE = """
    CREATE TEMPORARY TABLE claims_102040 (
        provider_id integer, during int4range,
        CONSTRAINT {name} EXCLUDE USING gist (provider_id WITH =, during WITH &&)
    )
"""
_CLAIM = b"INSERT INTO claims_102040 VALUES (1, '[1,9)')"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("claims_excl", NetworkBlockedAlready),
        ("claims_excl_102040", NetworkBlockedAlready),
        ("claims_excl_2", errors.ExclusionViolation),
        ("other_excl_102040", errors.ExclusionViolation),
    ],
)
def test_a_constraint_of_a_shard_has_the_error_of_its_table(
    postgres: TestServer, name: str, error: type[Exception]
) -> None:
    with postgres.database() as url, psycopg.connect(url) as connection:
        connection.execute(_TABLE.format(name=name).encode())
        connection.execute(_CLAIM)
        with pytest.raises(error), domain_errors({"claims_excl": NetworkBlockedAlready}):
            connection.execute(_CLAIM)
