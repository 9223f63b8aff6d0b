"""Sign-ups on PostgreSQL. The contacts are encrypted."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.identity.tables import sign_ups
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.sign_ups import SignUp, SignUpReads, SignUps
from booking_domain.shared.ids import CodeId

SIGN_UP: Final = Mapper(sign_ups, SignUp, address=Encrypted("address_sealed"))
_GET: Final = Statement(select(*SIGN_UP.columns).where(sign_ups.c.code_id == bindparam("code")))
_FORGET: Final = Statement(delete(sign_ups).where(sign_ups.c.expires_at <= bindparam("now")))


class PostgresSignUpReads(WithCipher, SignUpReads):
    """`SignUpReads` of the table `sign_ups`."""

    async def get(self, code_id: CodeId) -> SignUp | None:
        return await self._work.first(SIGN_UP.reader(self._cipher), _GET, code=code_id)


class PostgresSignUps(AddedRows[SignUp], PostgresSignUpReads, SignUps):
    """`SignUps` in the table `sign_ups`."""

    rows = Rows(SIGN_UP)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, now=now)
