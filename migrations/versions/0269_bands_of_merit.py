"""An index of the words of each band of merit: a search begins with few entries, and compares no others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0269"
down_revision: str | Sequence[str] | None = "0261"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BANDS = {
    320: "merit >= 320",
    300: "merit >= 300 AND merit < 320",
    290: "merit >= 290 AND merit < 300",
    280: "merit >= 280 AND merit < 290",
    270: "merit >= 270 AND merit < 280",
    260: "merit >= 260 AND merit < 270",
    250: "merit >= 250 AND merit < 260",
    240: "merit >= 240 AND merit < 250",
    220: "merit >= 220 AND merit < 240",
    0: "merit < 220",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for lowest, band in _BANDS.items():
            op.create_index(
                f"search_entries_words_{lowest}_idx",
                "search_entries",
                ["words"],
                postgresql_using="gin",
                postgresql_where=sa.text(band),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for lowest in _BANDS:
        op.drop_index(f"search_entries_words_{lowest}_idx", "search_entries")
