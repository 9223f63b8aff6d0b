"""An index of the words of each band of rating and of price, as of merit.

Bands of price are those of its first two digits, so that there are as many for each currency. An index of prices knows
the lowest one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0275"
down_revision: str | Sequence[str] | None = "0271"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FIRST_DIGITS = "CAST(rpad(CAST(price_from AS text), 2, '0') AS integer)"
_BANDS = {
    "score_words_4700000": "score >= 4700000",
    "score_words_4550000": "score >= 4550000 AND score < 4700000",
    "score_words_4400000": "score >= 4400000 AND score < 4550000",
    "score_words_4300000": "score >= 4300000 AND score < 4400000",
    "score_words_4200000": "score >= 4200000 AND score < 4300000",
    "score_words_4150000": "score >= 4150000 AND score < 4200000",
    "score_words_4100000": "score >= 4100000 AND score < 4150000",
    "score_words_4050000": "score >= 4050000 AND score < 4100000",
    "score_words_4000000": "score >= 4000000 AND score < 4050000",
    "score_words_0": "score < 4000000",
    "price_words_90": f"{_FIRST_DIGITS} >= 90",
    "price_words_80": f"{_FIRST_DIGITS} >= 80 AND {_FIRST_DIGITS} < 90",
    "price_words_60": f"{_FIRST_DIGITS} >= 60 AND {_FIRST_DIGITS} < 80",
    "price_words_50": f"{_FIRST_DIGITS} >= 50 AND {_FIRST_DIGITS} < 60",
    "price_words_40": f"{_FIRST_DIGITS} >= 40 AND {_FIRST_DIGITS} < 50",
    "price_words_30": f"{_FIRST_DIGITS} >= 30 AND {_FIRST_DIGITS} < 40",
    "price_words_25": f"{_FIRST_DIGITS} >= 25 AND {_FIRST_DIGITS} < 30",
    "price_words_20": f"{_FIRST_DIGITS} >= 20 AND {_FIRST_DIGITS} < 25",
    "price_words_18": f"{_FIRST_DIGITS} >= 18 AND {_FIRST_DIGITS} < 20",
    "price_words_16": f"{_FIRST_DIGITS} >= 16 AND {_FIRST_DIGITS} < 18",
    "price_words_14": f"{_FIRST_DIGITS} >= 14 AND {_FIRST_DIGITS} < 16",
    "price_words_12": f"{_FIRST_DIGITS} >= 12 AND {_FIRST_DIGITS} < 14",
    "price_words_0": f"{_FIRST_DIGITS} < 12",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "search_entries_price_idx", "search_entries", ["currency", "price_from"], postgresql_concurrently=True
        )
        for name, band in _BANDS.items():
            op.create_index(
                f"search_entries_{name}_idx",
                "search_entries",
                ["words"],
                postgresql_using="gin",
                postgresql_where=sa.text(band),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for name in _BANDS:
        op.drop_index(f"search_entries_{name}_idx", "search_entries")
    op.drop_index("search_entries_price_idx", "search_entries")
