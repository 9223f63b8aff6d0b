"""One field for what is still due in texts of messages: `still_due` is `balance`."""

from collections.abc import Sequence

from alembic import op

revision: str = "0100"
down_revision: str | Sequence[str] | None = "0099"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "UPDATE message_overrides SET subject = replace(subject, '{still_due}', '{balance}'),"
        " text = replace(text, '{still_due}', '{balance}') WHERE subject || text LIKE '%{still_due}%'"
    )


def downgrade() -> None:
    """Nothing: the texts of before know `balance` too."""
