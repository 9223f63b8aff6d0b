"""Second factors on PostgreSQL. Their secrets are encrypted; recovery codes are stored as digests."""

from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import recovery_codes, totp_factors
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.second_factor import SecondFactor, SecondFactors
from booking_domain.shared.ids import UserId

FACTOR: Final = Mapper(
    totp_factors,
    SecondFactor,
    secret=Encrypted("secret_sealed"),
    new_secret=Encrypted("new_secret_sealed"),
    transient=("recovery_codes",),
)
_f: Final = totp_factors.c
_r: Final = recovery_codes.c
_LOCK: Final = Statement(select(*FACTOR.columns).where(_f.user_id == bindparam("of_user")).with_for_update())
_SAVE: Final = FACTOR.upsert()
_REMOVE: Final = Statement(delete(totp_factors).where(_f.user_id == bindparam("of_user")))
_OF_USER: Final = _r.user_id == bindparam("of_user")
_CODES: Final = Statement(select(_r.digest).where(_OF_USER))
_ADD_CODE: Final = Statement(insert(recovery_codes))
_USE_CODE: Final = Statement(delete(recovery_codes).where(_OF_USER, _r.digest == bindparam("used")))
_REMOVE_CODES: Final = Statement(delete(recovery_codes).where(_OF_USER))


class PostgresSecondFactors(WithCipher, SecondFactors):
    """`SecondFactors` in the tables `totp_factors` and `recovery_codes`."""

    async def lock(self, user_id: UserId) -> SecondFactor | None:
        row = await self._work.one(_LOCK, of_user=user_id)
        if row is None:
            return None
        return replace(FACTOR.read(row, self._cipher), recovery_codes=await self._codes(user_id))

    async def save(self, factor: SecondFactor) -> None:
        await self._work.execute(_SAVE, **FACTOR.write(factor, self._cipher))
        kept = await self._codes(factor.user_id)
        for used in kept - factor.recovery_codes:
            await self._work.execute(_USE_CODE, of_user=factor.user_id, used=used)
        for digest in factor.recovery_codes - kept:
            await self._work.execute(_ADD_CODE, user_id=factor.user_id, digest=digest)

    async def remove(self, user_id: UserId) -> None:
        await self._work.execute(_REMOVE_CODES, of_user=user_id)
        await self._work.execute(_REMOVE, of_user=user_id)

    async def _codes(self, user_id: UserId) -> frozenset[bytes]:
        return frozenset(bytes(digest) for (digest,) in await self._work.all(_CODES, of_user=user_id))
