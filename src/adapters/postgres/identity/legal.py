"""Acceptances of legal documents on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import acceptances
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.legal import Acceptance, AcceptanceReads, Acceptances
from booking_domain.shared.ids import UserId

ACCEPTANCE: Final = Mapper(acceptances, Acceptance)
_a: Final = acceptances.c
_ADD: Final = Statement(insert(acceptances).on_conflict_do_nothing())
_OF_USER: Final = Statement(
    select(*ACCEPTANCE.columns)
    .where(_a.user_id == bindparam("of_user"))
    .order_by(_a.accepted_at.desc(), _a.document.desc(), _a.document_version.desc())
)


class PostgresAcceptanceReads(WithWork, AcceptanceReads):
    """`AcceptanceReads` of the table `acceptances`."""

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        return await self._work.each(ACCEPTANCE.read, _OF_USER, of_user=user_id)


class PostgresAcceptances(PostgresAcceptanceReads, Acceptances):
    """`Acceptances` in the table `acceptances`."""

    async def add(self, acceptance: Acceptance) -> None:
        await self._work.execute(_ADD, **ACCEPTANCE.write(acceptance))
