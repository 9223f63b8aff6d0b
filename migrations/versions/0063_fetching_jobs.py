"""Fetch a job in constant time, however many wait.

procrastinate has no index of the jobs of a lock, and keeps the plan that it chose while the table was nearly empty: with
10,000 waiting jobs, fetching one took up to 4 seconds (procrastinate issue 1242), so that a backlog grew for good.

Expand only: the previous version fetches by the same function.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "0063"
down_revision: str | Sequence[str] | None = "0062"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FETCH: Final = "ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint)"
_METHODS: Final = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material")
"""What a plan does without that walks the jobs in their order and looks up the lock of each."""


def upgrade() -> None:
    op.create_index(
        "procrastinate_jobs_of_lock_idx",
        "procrastinate_jobs",
        ["lock", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("lock IS NOT NULL AND status IN ('todo', 'doing')"),
    )
    for method in _METHODS:
        op.execute(f"{_FETCH} SET enable_{method} = off")


def downgrade() -> None:
    op.execute(f"{_FETCH} RESET ALL")
    op.drop_index("procrastinate_jobs_of_lock_idx", "procrastinate_jobs")
