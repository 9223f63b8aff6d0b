"""Triggers that tell every process whose access a transaction reduces. Expand only."""

from collections.abc import Sequence

from alembic import op

revision: str = "0076"
down_revision: str | Sequence[str] | None = "0085"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The argument of a trigger is the column with the account's id. TRUNCATE has no rows: then no account is named.
_TELL = """
    CREATE FUNCTION tell_reduced_access() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('reduced_access', to_jsonb(OLD) ->> TG_ARGV[0]);
        RETURN NULL;
    END
    $$
"""
# A notification takes a lock of the whole server until the commit, so conditions keep refreshing a session, signing in
# and sweeping expired sessions silent.
_TRIGGERS = (
    """
    CREATE TRIGGER sessions_tell_end AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND (NEW.ended_at IS NOT NULL OR NEW.expires_at < OLD.expires_at
        OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id))
    EXECUTE FUNCTION tell_reduced_access('user_id')
    """,
    """
    CREATE TRIGGER sessions_tell_deletion AFTER DELETE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND OLD.expires_at > now())
    EXECUTE FUNCTION tell_reduced_access('user_id')
    """,
    """
    CREATE TRIGGER sessions_tell_truncation AFTER TRUNCATE ON sessions FOR EACH STATEMENT
    EXECUTE FUNCTION tell_reduced_access('user_id')
    """,
    """
    CREATE TRIGGER users_tell_change AFTER UPDATE ON users FOR EACH ROW
    WHEN (NEW.status <> OLD.status OR NEW.role <> OLD.role)
    EXECUTE FUNCTION tell_reduced_access('id')
    """,
)


def upgrade() -> None:
    op.execute(_TELL)
    for trigger in _TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    op.execute("DROP FUNCTION tell_reduced_access() CASCADE")
