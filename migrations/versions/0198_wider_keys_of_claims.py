"""Keys of claims and places that contain the provider: the column by which Citus spreads both tables."""

from collections.abc import Sequence

from alembic import op

revision: str = "0198"
down_revision: str | Sequence[str] | None = "0201"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KEYS = (
    ("claims_pkey", "claims", "PRIMARY KEY", "id, provider_id"),
    ("class_places_pkey", "class_places", "PRIMARY KEY", "id, provider_id"),
    ("class_places_occurrence_id_place_provider_id_key", "class_places", "UNIQUE", "occurrence_id, place, provider_id"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, _, columns in _KEYS:
            op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name}_ ON {table} ({columns})")
    op.execute("LOCK TABLE claims, class_places")  # in the order in which bookings lock them
    _drop("class_places", "class_places_occurrence_id_fkey")
    _drop("class_places", "class_places_occurrence_id_place_key")
    for name, table, kind, _ in _KEYS:
        if kind == "PRIMARY KEY":
            _drop(table, name)
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}_")
    op.execute(
        "ALTER TABLE class_places ADD CONSTRAINT class_places_occurrence_id_provider_id_fkey "
        "FOREIGN KEY (occurrence_id, provider_id) REFERENCES claims (id, provider_id) NOT VALID"
    )


def _drop(table: str, constraint: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {constraint}")


def downgrade() -> None:
    op.execute("ALTER TABLE class_places DROP CONSTRAINT class_places_occurrence_id_provider_id_fkey")
    for name, table, *_ in _KEYS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute("ALTER TABLE claims ADD PRIMARY KEY (id)")
    op.execute(
        "ALTER TABLE class_places ADD PRIMARY KEY (id), "
        "ADD CONSTRAINT class_places_occurrence_id_place_key UNIQUE (occurrence_id, place), "
        "ADD CONSTRAINT class_places_occurrence_id_fkey FOREIGN KEY (occurrence_id) REFERENCES claims (id)"
    )
