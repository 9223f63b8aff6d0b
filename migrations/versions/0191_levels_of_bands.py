"""Wider bands of merit, rating and price among the words of an entry of search, so that few of them cover a tier."""

from collections.abc import Sequence

from alembic import op

revision: str = "0191"
down_revision: str | Sequence[str] | None = "0190"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LEVELS = ((1, 4), (2, 16), (3, 64))
_OF = {"''": "merit / 2", "'r'": "score / 20000", "'p' || currency": "price"}
_BANDS = ", ".join(
    f"'~' || {name} || '{level}.' || {band} / {width}" for name, band in _OF.items() for level, width in _LEVELS
)
_MARKS = f"""
    ARRAY(
        SELECT mark
        FROM (SELECT 65 - position(B'1' IN price_from::bit(64)) AS bits) AS counted,
            LATERAL (
                SELECT CASE WHEN price_from > 0 THEN bits * 4 + (price_from >> greatest(0, bits - 3) & 3) END AS price
            ) AS banded,
            unnest(ARRAY[{_BANDS}]) AS mark
        WHERE mark IS NOT NULL
    )
"""  # noqa: S608 - constants


def upgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = words || array_to_tsvector({_MARKS})")  # noqa: S608 - constants


def downgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = ts_delete(words, {_MARKS})")  # noqa: S608 - constants
