"""Personal data across all contexts: what blocks an erasure, the statements that perform one, and a handover."""

from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import select

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.contexts import CONTEXTS, metadata
from adapters.postgres.kit.personal_data import belongs_to, erasure_statement, handover_statement
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.handover import Handover
from booking_domain.shared.events import Event
from booking_domain.shared.ids import Entropy, EventId, ProviderId, UserId
from booking_domain.use_cases.platform.personal_data import ErasureBlockers, PersonalData

_DECLARED: Final = {name: condition for context in CONTEXTS for name, condition in context.erasure_blockers.items()}
_BLOCKERS: Final = Statement(select(*(_DECLARED[field.name] for field in fields(ErasureBlockers))))
_OF_PROFILE: Final = {name: condition for context in CONTEXTS for name, condition in context.profile_blockers.items()}
_PROFILE_BLOCKERS: Final = Statement(select(*(_OF_PROFILE[field.name] for field in fields(ErasureBlockers))))
_RELEASE: Final = tuple(Statement(each) for context in CONTEXTS for each in context.release)
# Referring rows go before the rows that they refer to.
_STATEMENTS: Final = tuple((table, erasure_statement(table)) for table in reversed(metadata.sorted_tables))
_CLEAR: Final = tuple(Statement(statement) for _, statement in _STATEMENTS if statement is not None)
_CLEAR_PROFILE: Final = tuple(
    Statement(statement)
    for table, statement in _STATEMENTS
    if statement is not None and belongs_to(table, providers.name)
)

_HANDOVER: Final = tuple(
    (Statement(ended[0]), ended[1])
    for ended in map(handover_statement, reversed(metadata.sorted_tables))
    if ended is not None
)


class PostgresPersonalData(WithWork, PersonalData):
    """`PersonalData` over all tables."""

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        row = await self._work.one(_BLOCKERS, who=user_id, now=now)
        return ErasureBlockers(*row) if row is not None else ErasureBlockers(bookings=True, money=True)

    async def profile_blockers(self, provider_id: ProviderId, now: datetime) -> ErasureBlockers:
        row = await self._work.one(_PROFILE_BLOCKERS, provider_id=provider_id, now=now)
        return ErasureBlockers(*row) if row is not None else ErasureBlockers(bookings=True, money=True)

    async def clear_profile(self, user_id: UserId) -> None:
        for statement in _CLEAR_PROFILE:
            await self._work.execute(statement, who=user_id)

    async def leave_queues(self, user_id: UserId) -> None:
        for statement in _RELEASE:
            await self._work.execute(statement, who=user_id)

    async def clear(self, user_id: UserId) -> None:
        for statement in _CLEAR:
            await self._work.execute(statement, who=user_id)


class PostgresHandover(WithWork, Handover):
    """`Handover` over all tables, by what each declares."""

    async def settle(self, user_id: UserId, *, keep_factor: bool, now: datetime, entropy: Entropy) -> list[Event]:
        ended = [
            (tells, await self._work.execute(statement, who=user_id, now=now, keep_factor=keep_factor))
            for statement, tells in _HANDOVER
        ]
        events = [
            tells(row, EventId(entropy.new_id()), now)
            for tells, reply in ended
            if tells is not None
            for row in await reply.fetchall()
        ]
        return [event for event in events if event is not None]
