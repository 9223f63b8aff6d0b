"""Walk-ins on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Text, and_, bindparam, case, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.bookings.tables import IS_TO_COME, bookings, walk_ins
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import NAMES
from adapters.postgres.identity.users import PHONE as ACCOUNT_PHONE
from adapters.postgres.kit.encryption import (
    EncryptedColumn,
    FieldCipher,
    WithCipher,
    digests_of_number,
    digests_of_parts,
)
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.walk_ins import WalkIn, WalkInReads, WalkIns
from booking_domain.shared.ids import BookingId, CustomerId, UserId
from booking_domain.shared.phones import searched_parts

PHONE: Final = EncryptedColumn.of(walk_ins.c.phone_sealed).field
_w: Final = walk_ins.c
_b: Final = bookings.c
_IS_WALK_IN: Final = _b.customer_id == _b.provider_user_id
CUSTOMER_ID: Final = case((_IS_WALK_IN, func.coalesce(_w.first_booking_id, _b.id)), else_=_b.customer_id)
"""The walk-in, or the account, where `walk_ins` is joined from the outside. The provider is no customer of its own."""
CUSTOMER_NAME: Final = case((_IS_WALK_IN, func.coalesce(_w.name, "")), else_=users.c.name)
"""How the same is called; empty for a walk-in whose name was not entered, or was deleted."""
_VISITS: Final = walk_ins.join(bookings, _b.id == _w.booking_id)
_CUSTOMER: Final[BindParameter[Any]] = bindparam("customer_id", type_=_b.id.type)
_later: Final = bookings.alias("later")
_later_walk_in: Final = walk_ins.alias("later_walk_in")


def is_walk_in(customer_id: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a row of `walk_ins` is of this customer, by the indexes."""
    first = and_(_w.booking_id == customer_id, _w.first_booking_id.is_(None))
    return or_(first, _w.first_booking_id == customer_id)


def is_customer(customer_id: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a booking, with `walk_ins` joined from the outside, is of this customer."""
    return or_(
        and_(~_IS_WALK_IN, _b.customer_id == customer_id),
        and_(_IS_WALK_IN, _b.id == customer_id, _w.first_booking_id.is_(None)),
        _w.first_booking_id == customer_id,
    )


def is_searched(*references: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a booking is found by `text`, and the digests that `searched` gives: see `ListFilter.text`.

    `providers` and the account are joined, `walk_ins` from the outside; `references` are more that it is found by.
    """
    text = bindparam("text", type_=Text())
    account_email = case((_IS_WALK_IN, None), else_=users.c.email)
    texts = (_b.reference, providers.c.display_name, case((_IS_WALK_IN, _w.name), else_=NAMES), account_email)
    return or_(
        text.is_(None),
        *(func.strpos(folded(each), folded(text)) > 0 for each in (*texts, *references)),
        and_(~_IS_WALK_IN, users.c.phone_parts.overlap(bindparam("phone_parts"))),
        _w.phone_parts.overlap(bindparam("walk_in_phone_parts")),
    )


def searched(text: str | None, cipher: FieldCipher) -> dict[str, list[bytes]]:
    """The parameters of digests by which a text finds accounts and walk-ins."""
    parts = searched_parts(text or "")
    return {
        "phone_parts": digests_of_parts(parts, cipher, field=ACCOUNT_PHONE),
        "walk_in_phone_parts": digests_of_parts(parts, cipher, field=PHONE),
    }


_ADD: Final = Statement(insert(walk_ins))
_OF_EACH: Final = Statement(
    select(_w.booking_id, _w.name, _w.phone_sealed).where(_w.booking_id == func.any(bindparam("booking_ids")))
)
_KNOWN: Final = Statement(
    select(CUSTOMER_ID)
    .select_from(_VISITS)
    .where(
        _w.phone_index == bindparam("phone_index"),
        _w.name == bindparam("name"),
        _b.customer_id == bindparam("owner_id"),
    )
    .limit(1)
)
_OWNER: Final = Statement(select(_b.customer_id).select_from(_VISITS).where(is_walk_in(_CUSTOMER)).limit(1))
_COMES_AGAIN: Final = Statement(
    select(exists().select_from(_VISITS).where(is_walk_in(_CUSTOMER), IS_TO_COME, _b.ends_at > bindparam("now")))
)
_DELETE: Final = Statement(delete(walk_ins).where(is_walk_in(_CUSTOMER)).returning(_w.booking_id))
_BEFORE: Final = bindparam("before", type_=_b.ends_at.type)
_LAPSED: Final = Statement(
    select(_w.booking_id)
    .select_from(_VISITS)
    .where(
        _w.first_booking_id.is_(None),
        _b.ends_at < _BEFORE,
        ~exists()
        .select_from(_later_walk_in.join(_later, _later.c.id == _later_walk_in.c.booking_id))
        .where(and_(_later_walk_in.c.first_booking_id == _w.booking_id, _later.c.ends_at >= _BEFORE)),
    )
    .order_by(_w.booking_id)
    .limit(bindparam("most"))
)


def walk_in_of(booking_id: BookingId, name: str, phone: bytes | None, cipher: FieldCipher) -> WalkIn:
    """Return the walk-in of a row."""
    return WalkIn(name=name, phone=None if phone is None else cipher.decrypt(phone, field=PHONE, row=booking_id))


class PostgresWalkIns(WithCipher, WalkIns):
    """`WalkIns` in the table `walk_ins`."""

    async def add(self, booking_id: BookingId, walk_in: WalkIn, customer_id: CustomerId | None = None) -> None:
        phone = walk_in.phone
        await self._work.execute(
            _ADD,
            booking_id=booking_id,
            name=walk_in.name,
            phone_sealed=None if phone is None else self._cipher.encrypt(phone, field=PHONE, row=booking_id),
            phone_index=None if phone is None else self._cipher.index(phone, field=PHONE),
            phone_parts=None if phone is None else digests_of_number(phone, self._cipher, field=PHONE),
            first_booking_id=customer_id,
        )

    async def find(self, owner_id: UserId, walk_in: WalkIn) -> CustomerId | None:
        if walk_in.phone is None:
            return None
        index = self._cipher.index(walk_in.phone, field=PHONE)
        return await self._work.first(
            lambda row: CustomerId(row[0]), _KNOWN, owner_id=owner_id, name=walk_in.name, phone_index=index
        )

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        row = await self._work.one(_OF_EACH, booking_ids=[booking_id])
        return None if row is None else walk_in_of(booking_id, row[1], row[2], self._cipher)

    async def owner_of(self, customer_id: CustomerId) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _OWNER, customer_id=customer_id)

    async def has_upcoming_booking(self, customer_id: CustomerId, now: datetime) -> bool:
        row = await self._work.one(_COMES_AGAIN, customer_id=customer_id, now=now)
        return row is not None and bool(row[0])

    async def remove(self, customer_id: CustomerId) -> list[BookingId]:
        return await self._work.each(lambda row: BookingId(row[0]), _DELETE, customer_id=customer_id)


class PostgresWalkInReads(WithCipher, WalkInReads):
    """`WalkInReads` of the table `walk_ins`."""

    async def of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, WalkIn]:
        rows = await self._work.all(_OF_EACH, booking_ids=list(booking_ids))
        return {BookingId(id_): walk_in_of(BookingId(id_), name, phone, self._cipher) for id_, name, phone in rows}

    async def inactive_since(self, before: datetime, limit: int) -> list[CustomerId]:
        return await self._work.each(lambda row: CustomerId(row[0]), _LAPSED, before=before, most=limit)
