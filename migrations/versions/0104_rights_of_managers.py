"""Tell members of salons what their managers can do from now on. No table changes."""

from collections.abc import Sequence

from alembic import op

revision: str = "0104"
down_revision: str | Sequence[str] | None = "0103"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO outbox (id, topic, subject, payload, occurred_at)
        SELECT gen_random_uuid(), 'salon.rights_extended', id,
               jsonb_build_object('providerId', id, 'salonId', salon_id), now()
        FROM providers
        WHERE salon_id IS NOT NULL
        ORDER BY id
        """
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE topic = 'salon.rights_extended'")
