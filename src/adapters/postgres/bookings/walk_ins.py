"""Walk-ins on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.bookings.tables import walk_ins
from adapters.postgres.kit.encryption import EncryptedColumn, FieldCipher, WithCipher
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.walk_ins import WalkIn, WalkInReads, WalkIns
from booking_domain.shared.ids import BookingId

PHONE: Final = EncryptedColumn.of(walk_ins.c.phone_sealed).field
_ADD: Final = Statement(insert(walk_ins))
_OF_EACH: Final = Statement(
    select(walk_ins.c.booking_id, walk_ins.c.name, walk_ins.c.phone_sealed).where(
        walk_ins.c.booking_id == func.any(bindparam("booking_ids"))
    )
)


def walk_in_of(booking_id: BookingId, name: str, phone: bytes | None, cipher: FieldCipher) -> WalkIn:
    """Return the walk-in of a row."""
    return WalkIn(name=name, phone=None if phone is None else cipher.decrypt(phone, field=PHONE, row=booking_id))


class PostgresWalkIns(WithCipher, WalkIns):
    """`WalkIns` in the table `walk_ins`."""

    async def add(self, booking_id: BookingId, walk_in: WalkIn) -> None:
        phone = walk_in.phone
        sealed = None if phone is None else self._cipher.encrypt(phone, field=PHONE, row=booking_id)
        await self._work.execute(_ADD, booking_id=booking_id, name=walk_in.name, phone_sealed=sealed)

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        row = await self._work.one(_OF_EACH, booking_ids=[booking_id])
        return None if row is None else walk_in_of(booking_id, row[1], row[2], self._cipher)


class PostgresWalkInReads(WithCipher, WalkInReads):
    """`WalkInReads` of the table `walk_ins`."""

    async def of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, WalkIn]:
        rows = await self._work.all(_OF_EACH, booking_ids=list(booking_ids))
        return {BookingId(id_): walk_in_of(BookingId(id_), name, phone, self._cipher) for id_, name, phone in rows}
