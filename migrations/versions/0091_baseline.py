"""The schema from which upgrades start.

It is frozen: the tables are in `0091_baseline.sql`, and the job queue's are those of procrastinate 3.10, whose schema is
known by its digest. If a release of procrastinate brings another schema, make a new baseline, and a step that upgrades
the queue of an existing database with procrastinate's own migrations.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from alembic import op
from procrastinate.schema import SchemaManager

revision: str = "0091"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JOBS: Final = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    jobs = SchemaManager.get_schema()
    if sha256(jobs.encode()).hexdigest() != _JOBS:
        raise RuntimeError("procrastinate has another schema than 3.10: 0091_baseline.py says what to do")
    connection.execute(jobs)
    connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("revision 0091 is the first: drop the database instead")
