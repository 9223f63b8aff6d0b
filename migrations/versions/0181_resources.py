"""Resources: rooms, chairs and machines that services need, and their units that claims have taken."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0181"
down_revision: str | Sequence[str] | None = "0199"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The last place of an occurrence frees what the occurrence has taken. The lock of the occurrence decides which is the last.
_FREE_UNITS = """
    CREATE FUNCTION free_units_of_occurrence() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM resource_units WHERE claim_id = OLD.occurrence_id) THEN
                PERFORM FROM claims WHERE id = OLD.occurrence_id AND provider_id = OLD.provider_id FOR UPDATE;
                DELETE FROM resource_units WHERE claim_id = OLD.occurrence_id
                    AND NOT EXISTS (SELECT FROM class_places WHERE occurrence_id = OLD.occurrence_id);
            END IF;
            RETURN NULL;
        END
        $$
"""


def upgrade() -> None:
    op.add_column("services", sa.Column("needs", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="resources_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="resources_provider_id_fkey"),
        sa.ForeignKeyConstraint(["salon_id"], ["salons.id"], name="resources_salon_id_fkey", ondelete="CASCADE"),
        sa.CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="owner"),
    )
    for column in ("provider_id", "salon_id"):
        op.create_index(
            f"resources_{column}_idx", "resources", [column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )
    op.create_table(
        "resource_units",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", "resource_id", "unit", name="resource_units_pkey"),
        sa.ForeignKeyConstraint(
            ["claim_id", "provider_id"],
            ["claims.id", "claims.provider_id"],
            name="resource_units_claim_id_provider_id_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name="resource_units_resource_id_fkey", ondelete="CASCADE"
        ),
        sa.CheckConstraint("1 <= unit AND unit <= quantity", name="unit"),
        postgresql.ExcludeConstraint(
            (sa.Column("resource_id", sa.Uuid()), "="),
            (sa.Column("unit", sa.SmallInteger()), "="),
            (sa.text("tstzrange(blocked_from, blocked_until)"), "&&"),
            name="resource_units_no_overlap",
            using="gist",
        ),
    )
    for table, columns in (("resources", "'provider_id', 'salon_id'"), ("resource_units", "'owner_id'")):
        op.execute(
            f"CREATE TRIGGER {table}_count_public_change AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION count_public_change({columns})"
        )
    op.execute(_FREE_UNITS)
    op.execute(
        "CREATE TRIGGER class_places_free_units AFTER DELETE ON class_places FOR EACH ROW "
        "EXECUTE FUNCTION free_units_of_occurrence()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER class_places_free_units ON class_places")
    op.execute("DROP FUNCTION free_units_of_occurrence")
    op.drop_table("resource_units")
    op.drop_table("resources")
    op.drop_column("services", "needs")
