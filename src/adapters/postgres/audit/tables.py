"""The audit log. A trigger rejects UPDATE and DELETE; ids have no foreign keys, so their rows can be deleted."""

from typing import Final

from sqlalchemy import Column, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from booking_domain.shared.actor import Role

audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    instant("at"),
    Column("actor_id", Uuid, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text),
    Column("subject_id", Uuid),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    one_of("actor_role", Role),
    Index("audit_log_actor_id_id_idx", "actor_id", "id"),
    Index("audit_log_subject_id_id_idx", "subject_id", "id"),
    Index("audit_log_action_id_idx", "action", "id"),
    Index("audit_log_at_idx", "at"),
    info=personal_data(
        "actor_id",
        erase=Kept("ids, and where each action came from; a trigger refuses changes"),
        handover=Kept("ids, and where each action came from; a trigger refuses changes"),
        export=NotExported("for admins; sign-ins are in the login history"),
    ),
)
