"""Ask the product's own statements, instead of triggers, what an inserted claim changes and whether its way is free.

The product names whose claims it inserts, and counts that at the end of the transaction (0220); its INSERT asks for the
way (0268). Triggers did both once more, for a tenth of what PostgreSQL does for a booking. They remain for all others,
who do not set `booking.tells`; rows that are changed or deleted are counted by a trigger, whoever does it.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0287"
down_revision: str | Sequence[str] | None = "0286"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOT_THE_PRODUCT = "WHEN (current_setting('booking.tells', true) IS DISTINCT FROM 'itself')"
_COUNT = "AFTER {} ON claims FOR EACH ROW {} EXECUTE FUNCTION count_public_change('provider_id')"
_KEEP_WAYS = """
    CREATE OR REPLACE TRIGGER claims_keep_ways
    BEFORE INSERT OR UPDATE OF provider_id, blocked_from, blocked_until, venue_id ON claims
    FOR EACH ROW {} EXECUTE FUNCTION keep_ways_between_claims()
"""
_STATEMENT = """
    CREATE OR REPLACE FUNCTION statement_keeps_way(
        claim uuid, provider uuid, venue uuid, since timestamptz, until timestamptz
    ) RETURNS boolean LANGUAGE sql {}
"""
# Where claims are spread over the nodes of Citus they have no triggers, and the operator has replaced the function.
_HAS_TRIGGERS = "SELECT FROM pg_trigger WHERE tgrelid = 'claims'::regclass AND tgname = 'claims_keep_ways'"


def _unless_spread(*statements: str) -> None:
    op.execute(f"DO $do$ BEGIN IF EXISTS ({_HAS_TRIGGERS}) THEN {';'.join(statements)}; END IF; END $do$")


def upgrade() -> None:
    _unless_spread(
        _STATEMENT.format("RETURN way_is_free(claim, provider, venue, since, until)"),
        _KEEP_WAYS.format(_NOT_THE_PRODUCT),
        f"CREATE OR REPLACE TRIGGER claims_count_public_change {_COUNT.format('UPDATE OR DELETE', '')}",
        f"CREATE TRIGGER claims_count_insertion {_COUNT.format('INSERT', _NOT_THE_PRODUCT)}",
    )


def downgrade() -> None:
    _unless_spread(
        _STATEMENT.format("IMMUTABLE RETURN true"),
        _KEEP_WAYS.format(""),
        f"CREATE OR REPLACE TRIGGER claims_count_public_change {_COUNT.format('INSERT OR UPDATE OR DELETE', '')}",
        "DROP TRIGGER claims_count_insertion ON claims",
    )
