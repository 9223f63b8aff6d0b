"""Walk-ins as customers: found by number and name, with notes.

Expand only: the previous version leaves the new columns null, so that each of its walk-ins is a customer of its own.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0065"
down_revision: str | Sequence[str] | None = "0064"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("walk_ins", sa.Column("phone_index", sa.LargeBinary()))
    op.add_column("walk_ins", sa.Column("first_booking_id", sa.Uuid()))
    op.create_foreign_key("walk_ins_first_booking_id_fkey", "walk_ins", "bookings", ["first_booking_id"], ["id"])
    op.create_index("walk_ins_phone_index_idx", "walk_ins", ["phone_index"])
    op.create_index("walk_ins_first_booking_id_idx", "walk_ins", ["first_booking_id"])
    op.drop_constraint("customer_notes_customer_id_fkey", "customer_notes")


def downgrade() -> None:
    op.execute("DELETE FROM customer_notes WHERE customer_id NOT IN (SELECT id FROM users)")
    op.create_foreign_key("customer_notes_customer_id_fkey", "customer_notes", "users", ["customer_id"], ["id"])
    op.drop_index("walk_ins_first_booking_id_idx", "walk_ins")
    op.drop_index("walk_ins_phone_index_idx", "walk_ins")
    op.drop_constraint("walk_ins_first_booking_id_fkey", "walk_ins")
    op.drop_column("walk_ins", "first_booking_id")
    op.drop_column("walk_ins", "phone_index")
