"""Cards that accounts have paid with, on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Uuid, bindparam, delete

from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import DELETE, ENDED, NotExported, personal_data
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.payments.payer_cards import PayerCard, PayerCards

payer_cards: Final = Table(
    "payer_cards",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("card_digest", LargeBinary, primary_key=True),
    instant("paid_at"),
    Index("payer_cards_paid_at_idx", "paid_at"),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=ENDED,
        export=NotExported("digests that say nothing to the account"),
    ),
)

PAYER_CARD: Final = Mapper(payer_cards, PayerCard)
_PUT: Final = PAYER_CARD.upsert()
_REMOVE: Final = Statement(
    delete(payer_cards).where(payer_cards.c.paid_at < bindparam("before")).returning(payer_cards.c.user_id)
)


class PostgresPayerCards(WithWork, PayerCards):
    """`PayerCards` in the table `payer_cards`."""

    async def put(self, card: PayerCard) -> None:
        await self._work.execute(_PUT, **PAYER_CARD.write(card))

    async def remove(self, before: datetime) -> int:
        return len(await self._work.all(_REMOVE, before=before))
