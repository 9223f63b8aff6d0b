"""Runs the migrations; the URL of the database comes from `adapters.postgres.kit.migrations` or DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import NullPool, create_engine, text

from adapters.postgres.contexts import metadata
from adapters.postgres.kit.migrations import alchemy_url, ours, require_known

LOCK_TIMEOUT = "SET lock_timeout = '5s'"
"""A migration that does not get its lock within seconds fails, so that bookings do not queue behind it."""


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(alchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(LOCK_TIMEOUT))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=ours,
            transaction_per_migration=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            # Concurrent migrations run one after the other.
            connection.execute(text("SELECT pg_advisory_lock(4711)"))
            try:
                for revision in context.get_context().get_current_heads():
                    require_known(revision)
                context.run_migrations()
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(4711)"))


def write() -> None:
    """Write the SQL of the migrations instead: `alembic upgrade 0105:head --sql`."""
    context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
    context.execute(LOCK_TIMEOUT)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    write()
else:
    run()
