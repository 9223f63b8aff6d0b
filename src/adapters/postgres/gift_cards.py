"""Gift cards on PostgreSQL: a card is a row with its balance, and its entries are rows that never change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    distinct,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.codec import Columns, Encrypted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part_with_cipher
from adapters.postgres.kit.encryption import EncryptedColumn, FieldCipher, WithCipher, encrypted
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given, of_seller
from adapters.postgres.kit.work import Row
from booking_domain.gift_cards.model import (
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardEntryKind,
    GiftCardId,
    GiftCardStatus,
    Liability,
    SaleMethod,
)
from booking_domain.gift_cards.ports import GiftCardFilter, GiftCardReads, GiftCards
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import PaymentId, SalonId


def _clear_texts(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """The money on the card stays, for whoever has the code."""
    cleared = {"recipient_name": "", "message": "", "block_reason": null(), "buyer_id": null()} | dict.fromkeys(
        ("contact_sealed", "contact_index", "deliver_at"), null()
    )
    return update(table).where(owned).values({**cleared, "version": table.c.version + 1})


def _clear_reason(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.reason.is_not(None)).values(reason=null())


gift_cards: Final = Table(
    "gift_cards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("salon_id", Uuid, ForeignKey("salons.id")),
    Column("currency", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    encrypted("code_sealed", field="gift_cards.code", index="code_index", nullable=False),
    Column("code_index", LargeBinary, nullable=False, unique=True),
    Column("last_four", Text, nullable=False),
    instant("code_since"),
    Column("method", Text, nullable=False),
    Column("sold_by_id", Uuid, nullable=False),
    Column("sold_by_role", Text, nullable=False),
    Column("buyer_id", Uuid, ForeignKey("users.id"), index=True),
    Column("recipient_name", Text, nullable=False),
    Column("message", Text, nullable=False),
    encrypted("contact_sealed", field="gift_cards.contact", index="contact_index"),
    Column("contact_index", LargeBinary, index=True),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    instant("deliver_at", nullable=True),
    instant("delivered_at", nullable=True),
    Column("block_reason", Text),
    instant("expires_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("status", GiftCardStatus),
    one_of("method", SaleMethod),
    CheckConstraint("value > 0 AND balance BETWEEN 0 AND value", name="balance"),
    Index("gift_cards_provider_id_id_idx", "provider_id", "id"),
    Index("gift_cards_salon_id_id_idx", "salon_id", "id"),
    Index("gift_cards_last_four_idx", "last_four"),
    Index("gift_cards_deliver_at_idx", "deliver_at", postgresql_where=text("deliver_at IS NOT NULL")),
    Index("gift_cards_expires_at_idx", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    info=personal_data(
        "buyer_id",
        erase=_clear_texts,
        handover=Kept("accounting"),
        export="gift_cards",
    ),
)
gift_card_entries: Final = Table(
    "gift_card_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("card_id", Uuid, ForeignKey("gift_cards.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # A card has one entry of each cause.
    Column("cause", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    Column("payment_id", Uuid, ForeignKey("payments.id"), index=True),
    Column("reason", Text),
    instant("at"),
    one_of("kind", GiftCardEntryKind),
    UniqueConstraint("card_id", "cause"),
    Index("gift_card_entries_card_id_id_idx", "card_id", "id"),
    info=personal_data(
        "card_id",
        erase=_clear_reason,
        handover=Kept("accounting"),
        export=NotExported("the payments of bookings show what a card paid"),
    ),
)

CARD: Final = Mapper(
    gift_cards,
    GiftCard,
    value=Columns("value", "currency"),
    balance=Columns("balance", "currency"),
    code=Encrypted("code_sealed"),
    contact=Encrypted("contact_sealed"),
    fixed=("provider_id", "salon_id", "currency", "value", "method", "sold_by_id", "sold_by_role", "created_at"),
)
ENTRY: Final = Mapper(gift_card_entries, GiftCardEntry)
_c: Final = gift_cards.c
_e: Final = gift_card_entries.c
_CODE: Final = EncryptedColumn.of(_c.code_sealed).field
_CONTACT: Final = EncryptedColumn.of(_c.contact_sealed).field
_card_id: Final = bindparam("card_id", type_=_c.id.type)
_ONE: Final = select(*CARD.columns).where(_c.id == _card_id)
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_LOCK_BY_CODE: Final = Statement(
    select(*CARD.columns).where(_c.code_index == bindparam("code_index")).with_for_update()
)
_PAID: Final = select(_e.card_id).where(
    _e.payment_id == bindparam("payment_id"), _e.kind == GiftCardEntryKind.PAID.value
)
_LOCK_OF_PAYMENT: Final = Statement(select(*CARD.columns).where(_c.id.in_(_PAID)).with_for_update())
_OF_SALON: Final = Statement(select(_c.id).where(_c.salon_id == bindparam("salon_id")).limit(1))
_ADD_ENTRY: Final = ENTRY.insert()
_ENTRIES: Final = Statement(
    select(*ENTRY.columns)
    .where(_e.card_id == _card_id, if_given("after", _e.id, _e.id < bindparam("after", type_=_e.id.type)))
    .order_by(_e.id.desc())
    .limit(bindparam("most"))
)
# PostgreSQL does not find the type of a parameter that is only compared with NULL.
_contact: Final = cast(bindparam("contact_index", type_=LargeBinary()), LargeBinary())
_CHOSEN: Final = (
    *of_seller(_c),
    if_given("buyer_id", _c.buyer_id, _c.buyer_id == bindparam("buyer_id", type_=_c.buyer_id.type)),
    or_(_contact.is_(None), _c.contact_index == _contact),
    if_given("last_four", _c.last_four, _c.last_four == bindparam("last_four")),
    if_given("status", _c.status, _c.status == bindparam("status")),
)
_PAGE: Final = Statement(
    select(*CARD.columns)
    .where(*_CHOSEN, if_given("after", _c.id, _c.id < bindparam("after", type_=_c.id.type)))
    .order_by(_c.id.desc())
    .limit(bindparam("most"))
)


def _sum(kind: GiftCardEntryKind) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(func.abs(_e.amount)).filter(_e.kind == kind.value), 0), BigInteger)


_LIABILITY: Final = Statement(
    select(_c.currency, func.count(distinct(_c.id)), *map(_sum, GiftCardEntryKind))
    .join(gift_card_entries, _e.card_id == _c.id)
    .where(*_CHOSEN)
    .group_by(_c.currency)
    .order_by(_c.currency)
)


_TO_DELIVER: Final = Statement(
    select(_c.id)
    .where(_c.deliver_at <= bindparam("now"), _c.status == GiftCardStatus.ACTIVE.value)
    .order_by(_c.deliver_at, _c.id)
    .limit(bindparam("most"))
)
_TO_EXPIRE: Final = Statement(
    select(_c.id)
    .where(_c.expires_at <= bindparam("now"), _c.balance > 0)
    .order_by(_c.expires_at, _c.id)
    .limit(bindparam("most"))
)


def _chosen(criteria: GiftCardFilter, cipher: FieldCipher) -> dict[str, Any]:
    return {
        "buyer_id": criteria.buyer_id,
        "contact_index": None if criteria.contact is None else cipher.index(criteria.contact, field=_CONTACT),
        "provider_id": criteria.provider_id,
        "salon_ids": None if criteria.salon_ids is None else list(criteria.salon_ids),
        "last_four": criteria.last_four,
        "status": None if criteria.status is None else criteria.status.value,
    }


class PostgresGiftCards(VersionedRows[GiftCard], WithCipher, GiftCards):
    """`GiftCards` in the tables `gift_cards` and `gift_card_entries`."""

    rows = Rows(CARD, "the gift card")

    async def lock(self, card_id: GiftCardId) -> GiftCard | None:
        return await self._work.first(CARD.reader(self._cipher), _LOCK, card_id=card_id)

    async def lock_by_code(self, code: str) -> GiftCard | None:
        return await self._work.first(
            CARD.reader(self._cipher), _LOCK_BY_CODE, code_index=self._cipher.index(code, field=_CODE)
        )

    async def lock_of_payment(self, payment_id: PaymentId) -> GiftCard | None:
        return await self._work.first(CARD.reader(self._cipher), _LOCK_OF_PAYMENT, payment_id=payment_id)

    async def of_salon(self, salon_id: SalonId) -> bool:
        return await self._work.one(_OF_SALON, salon_id=salon_id) is not None

    async def add_entry(self, entry: GiftCardEntry) -> None:
        await self._work.execute(_ADD_ENTRY, **ENTRY.write(entry))


class PostgresGiftCardReads(WithCipher, GiftCardReads):
    """`GiftCardReads` of the same tables."""

    async def get(self, card_id: GiftCardId) -> GiftCard | None:
        return await self._work.first(CARD.reader(self._cipher), _GET, card_id=card_id)

    async def page(self, criteria: GiftCardFilter) -> Sequence[GiftCard]:
        return await self._work.each(
            CARD.reader(self._cipher),
            _PAGE,
            **_chosen(criteria, self._cipher),
            after=criteria.after,
            most=criteria.limit,
        )

    async def entries(self, card_id: GiftCardId, after: GiftCardEntryId | None, limit: int) -> Sequence[GiftCardEntry]:
        return await self._work.each(ENTRY.read, _ENTRIES, card_id=card_id, after=after, most=limit)

    async def to_deliver(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        return await self._work.each(lambda row: GiftCardId(row[0]), _TO_DELIVER, now=now, most=limit)

    async def to_expire(self, now: datetime, limit: int) -> Sequence[GiftCardId]:
        return await self._work.each(lambda row: GiftCardId(row[0]), _TO_EXPIRE, now=now, most=limit)

    async def liability(self, criteria: GiftCardFilter) -> Sequence[Liability]:
        return await self._work.each(_read_liability, _LIABILITY, **_chosen(criteria, self._cipher))


def _read_liability(row: Row) -> Liability:
    currency, cards, *sums = row
    return Liability(
        currency=currency,
        cards=cards,
        **{kind.value: amount for kind, amount in zip(GiftCardEntryKind, sums, strict=True)},
    )


CONTEXT: Final = PostgresContext(
    tables=(gift_cards, gift_card_entries),
    conflicts={
        "gift_card_entries_card_id_cause_key": lambda: ConcurrentChange(what="the gift card"),
        "gift_cards_code_index_key": lambda: ConcurrentChange(what="the gift card"),
    },
)


class GiftCardRepositories(RepositoryGroup):
    """The repositories of this context."""

    gift_cards = part_with_cipher(PostgresGiftCards)


class GiftCardReadGroup(ReadGroup):
    """The reads of this context."""

    gift_cards = part_with_cipher(PostgresGiftCardReads)
