"""Styles, categories, prices and cells of the map among the words by which an entry of search is found."""

from collections.abc import Sequence

from alembic import op

revision: str = "0143"
down_revision: str | Sequence[str] | None = "0152"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CELLS = (128, 32, 8, 2, 0.5)
_CELL = "'~g{level},' || floor((lon + 180) * {size})::int || ',' || floor((lat + 90) * {size})::int"
_MARKS = f"""
    ARRAY(SELECT '~s' || style FROM unnest(styles) AS style)
    || ARRAY(SELECT '~c' || category FROM unnest(categories) AS category)
    || ARRAY(
        SELECT '~p' || currency || (bits * 4 + (price_from >> greatest(0, bits - 3) & 3))
        FROM (SELECT 65 - position(B'1' IN price_from::bit(64)) AS bits WHERE price_from > 0) AS price
    )
    || CASE
        WHEN lat IS NULL OR lon IS NULL THEN ARRAY[]::text[]
        ELSE ARRAY[{", ".join(_CELL.format(level=level, size=size) for level, size in enumerate(_CELLS))}]
    END
"""  # noqa: S608 - constants


def upgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = words || array_to_tsvector({_MARKS})")  # noqa: S608 - constants


def downgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = ts_delete(words, {_MARKS})")  # noqa: S608 - constants
