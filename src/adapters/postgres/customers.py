"""Customers and notes on them, on PostgreSQL."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import PHONE
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher, WithCipher
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import USER, personal_data
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork, Work
from booking_domain.bookings.transitions import Status
from booking_domain.customers.model import Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerNotes, CustomerReads, Whose
from booking_domain.identity.model import UserStatus
from booking_domain.shared.ids import UserId
from booking_domain.workflows.views import CONTACT_SHOWN


def _of_either(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the notes that the account wrote, and those on it."""
    return delete(table).where(or_(owned, table.c.customer_id == USER))


customer_notes: Final = Table(
    "customer_notes",
    metadata,
    Column("author_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), primary_key=True, index=True),
    Column("text", Text, nullable=False),
    instant("updated_at"),
    Column("version", Integer, nullable=False),
    info=personal_data("author_id", erase=_of_either, export="customer_notes"),
)

NOTE: Final = Mapper(customer_notes, CustomerNote)
_n: Final = customer_notes.c
_b: Final = bookings.c
_SAVE: Final = Statement(
    (added := insert(customer_notes)).on_conflict_do_update(
        index_elements=[_n.author_id, _n.customer_id],
        set_={name: added.excluded[name] for name in ("text", "updated_at", "version")},
    )
)
_NOTE: Final = Statement(
    select(*NOTE.columns).where(_n.author_id == bindparam("author_id"), _n.customer_id == bindparam("customer_id"))
)
_NOTES_BY: Final = Statement(
    select(*NOTE.columns)
    .where(
        _n.author_id == bindparam("author_id"),
        if_given("after", _n.customer_id, _n.customer_id > bindparam("after")),
    )
    .order_by(_n.customer_id)
    .limit(bindparam("most"))
)
# An array, so that the planner combines the indexes of the two columns.
_MEMBERS: Final = func.array(
    select(providers.c.id)
    .join(salons, salons.c.id == providers.c.salon_id)
    .where(salons.c.manager_id == bindparam("manager_id", type_=Uuid()))
    .scalar_subquery()
)
_THEIRS: Final = and_(
    or_(_b.provider_user_id == bindparam("owner_id", type_=Uuid()), _b.provider_id == func.any(_MEMBERS)),
    or_(*(_b.status == status.value for status in sorted(CONTACT_SHOWN))),
    _b.customer_id != _b.provider_user_id,
)
_SERVES: Final = Statement(select(exists().where(_THEIRS, _b.customer_id == bindparam("customer_id"))))
_NOW: Final[BindParameter[Any]] = bindparam("now")
_VISITS: Final = (
    select(
        _b.customer_id,
        func.count().label("bookings"),
        func.count().filter(_b.status == Status.NO_SHOW.value).label("no_shows"),
        func.max(_b.starts_at).filter(_b.status != Status.NO_SHOW.value, _b.starts_at <= _NOW).label("last_visit"),
        func.min(_b.starts_at).filter(_b.status == Status.CONFIRMED.value, _b.starts_at > _NOW).label("next_visit"),
    )
    .where(_THEIRS, if_given("customer_id", _b.customer_id, _b.customer_id == bindparam("customer_id")))
    .group_by(_b.customer_id)
    .subquery("visits")
)
_NAME: Final = users.c.name.collate("C")
_last: Final = users.alias("last")
_TEXT: Final = bindparam("text", type_=Text())
_PAGE: Final = Statement(
    select(
        users.c.id,
        users.c.name,
        users.c.email,
        users.c.phone_sealed,
        _VISITS.c.bookings,
        _VISITS.c.no_shows,
        _VISITS.c.last_visit,
        _VISITS.c.next_visit,
        *NOTE.columns,
    )
    .select_from(
        users.join(_VISITS, _VISITS.c.customer_id == users.c.id).outerjoin(
            customer_notes, and_(_n.author_id == bindparam("author_id"), _n.customer_id == users.c.id)
        )
    )
    .where(
        users.c.status != literal_column(f"'{UserStatus.DELETED.value}'"),
        or_(
            _TEXT.is_(None),
            func.strpos(func.lower(users.c.name), func.lower(_TEXT)) > 0,
            func.starts_with(users.c.email, func.lower(_TEXT)),
            users.c.phone_index == bindparam("phone_index"),
        ),
        if_given(
            "after",
            users.c.id,
            tuple_(_NAME, users.c.id)
            > tuple_(
                select(_last.c.name).where(_last.c.id == bindparam("after")).scalar_subquery(), bindparam("after")
            ),
        ),
    )
    .order_by(_NAME, users.c.id)
    .limit(bindparam("most"))
)


class PostgresCustomerNotes(WithWork, CustomerNotes):
    """`CustomerNotes` in the table `customer_notes`."""

    async def serves(self, whose: Whose, customer_id: UserId) -> bool:
        row = await self._work.one(
            _SERVES, owner_id=whose.owner_id, manager_id=whose.manager_id, customer_id=customer_id
        )
        return row is not None and bool(row[0])

    async def get(self, author_id: UserId, customer_id: UserId) -> CustomerNote | None:
        row = await self._work.one(_NOTE, author_id=author_id, customer_id=customer_id)
        return None if row is None else NOTE.read(row)

    async def save(self, note: CustomerNote) -> None:
        await self._work.execute(_SAVE, **NOTE.write(note))


class PostgresCustomerReads(WithCipher, CustomerReads):
    """`CustomerReads` of `bookings`, `users` and `customer_notes`, in one statement."""

    async def page(self, author_id: UserId, chosen: CustomerFilter, now: datetime) -> list[Customer]:
        rows = await self._page(author_id, chosen, now, customer_id=None)
        return [self._customer(row) for row in rows]

    async def get(self, author_id: UserId, whose: Whose, customer_id: UserId, now: datetime) -> Customer | None:
        rows = await self._page(author_id, CustomerFilter(whose=whose, limit=1), now, customer_id=customer_id)
        return self._customer(rows[0]) if rows else None

    async def notes_by(self, author_id: UserId, after: UserId | None, limit: int) -> list[CustomerNote]:
        return [NOTE.read(row) for row in await self._work.all(_NOTES_BY, author_id=author_id, after=after, most=limit)]

    async def _page(
        self, author_id: UserId, chosen: CustomerFilter, now: datetime, *, customer_id: UserId | None
    ) -> list[Row]:
        return await self._work.all(
            _PAGE,
            author_id=author_id,
            owner_id=chosen.whose.owner_id,
            manager_id=chosen.whose.manager_id,
            customer_id=customer_id,
            text=chosen.text,
            phone_index=None if chosen.phone is None else self._cipher.index(chosen.phone, field=PHONE),
            now=now,
            after=chosen.after,
            most=chosen.limit,
        )

    def _customer(self, row: Row) -> Customer:
        id_, name, email, phone, count, no_shows, last_visit, next_visit, *note = row
        return Customer(
            id=UserId(id_),
            name=name,
            email=email,
            phone=None if phone is None else self._cipher.decrypt(phone, field=PHONE, row=id_),
            bookings=count,
            no_shows=no_shows,
            last_visit=last_visit,
            next_visit=next_visit,
            note=None if note[0] is None else NOTE.read(note),
        )


CONTEXT: Final[Context] = Context(tables=(customer_notes,))


class CustomerRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.customer_notes = PostgresCustomerNotes(work)


class CustomerReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.customers = PostgresCustomerReads(source.statements, source.cipher)
