"""Who placed a booking; consents to bookings by providers, and consent codes.

Expand only: the column of `bookings` has a default, so the previous version keeps working. Bookings that it places for
a customer while both versions run count as placed by the customer.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | Sequence[str] | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("placed_by_staff", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE bookings SET placed_by_staff = true FROM booking_events AS placed"
        " WHERE placed.booking_id = bookings.id AND placed.type = 'placed' AND placed.by_id <> bookings.customer_id"
    )
    op.create_table(
        "booking_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('granted', 'revoked')", name=op.f("booking_consents_status_check")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="booking_consents_customer_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="booking_consents_provider_id_fkey"),
        sa.PrimaryKeyConstraint("customer_id", "provider_id", name="booking_consents_pkey"),
        sa.UniqueConstraint("id", name="booking_consents_id_key"),
    )
    op.create_index("booking_consents_customer_id_id_idx", "booking_consents", ["customer_id", "id"])
    op.create_index("booking_consents_provider_id_id_idx", "booking_consents", ["provider_id", "id"])
    op.create_table(
        "consent_codes",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="consent_codes_provider_id_fkey"),
        sa.PrimaryKeyConstraint("provider_id", name="consent_codes_pkey"),
    )


def downgrade() -> None:
    op.drop_table("consent_codes")
    op.drop_table("booking_consents")
    op.drop_column("bookings", "placed_by_staff")
