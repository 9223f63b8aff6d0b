"""Overrides of message templates on PostgreSQL."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from adapters.postgres.notifications.tables import message_overrides
from booking_domain.notifications.overrides import MessageOverride, MessageOverrideReads, MessageOverrides

MESSAGE_OVERRIDE: Final = Mapper(message_overrides, MessageOverride)
_o: Final = message_overrides.c
_ALL: Final = Statement(
    select(*MESSAGE_OVERRIDE.columns).order_by(_o.template_key.collate("C"), _o.language.collate("C"))
)
_PUT: Final = MESSAGE_OVERRIDE.upsert()
_REMOVE: Final = Statement(
    delete(message_overrides)
    .where(_o.template_key == bindparam("key"), _o.language == bindparam("in_language"))
    .returning(_o.language)
)


class PostgresMessageOverrideReads(WithWork, MessageOverrideReads):
    """`MessageOverrideReads` of the table `message_overrides`."""

    async def all(self) -> list[MessageOverride]:
        return await self._work.each(MESSAGE_OVERRIDE.read, _ALL)


class PostgresMessageOverrides(WithWork, MessageOverrides):
    """`MessageOverrides` in the table `message_overrides`."""

    async def put(self, override: MessageOverride) -> None:
        await self._work.execute(_PUT, **MESSAGE_OVERRIDE.write(override))

    async def remove(self, template_key: str, language: str) -> bool:
        return await self._work.one(_REMOVE, key=template_key, in_language=language) is not None
