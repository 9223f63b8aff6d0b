"""Classes: the capacity of services, and the places of their occurrences."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0162"
down_revision: str | Sequence[str] | None = "0155"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HOLDS = ("customer_id", "provider_id", "expires_at")


def upgrade() -> None:
    op.add_column("services", sa.Column("capacity", sa.SmallInteger(), nullable=False, server_default="1"))
    op.add_column("claims", sa.Column("class_id", sa.Uuid()))
    op.add_column("claims", sa.Column("capacity", sa.SmallInteger(), nullable=False, server_default="1"))
    op.create_table(
        "class_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="class_places_pkey"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["claims.id"], name="class_places_occurrence_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="class_places_provider_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="class_places_customer_id_fkey"),
        sa.UniqueConstraint("occurrence_id", "place", name="class_places_occurrence_id_place_key"),
        sa.CheckConstraint("kind IN ('hold', 'booking')", name="kind"),
        sa.CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="expiry"),
        sa.CheckConstraint("1 <= place AND place <= capacity", name="place"),
    )
    for column in _HOLDS:
        op.create_index(
            f"class_places_holds_{column}_idx", "class_places", [column], postgresql_where=sa.text("kind = 'hold'")
        )
    op.execute(
        "CREATE TRIGGER class_places_count_public_change AFTER INSERT OR UPDATE OR DELETE ON class_places FOR EACH ROW "
        "EXECUTE FUNCTION count_public_change('provider_id')"
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "claims_class_id_idx",
            "claims",
            ["class_id"],
            postgresql_where=sa.text("class_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("claims_class_id_idx", "claims")
    op.drop_table("class_places")
    op.execute("DELETE FROM claims WHERE class_id IS NOT NULL")
    op.drop_column("claims", "capacity")
    op.drop_column("claims", "class_id")
    op.drop_column("services", "capacity")
