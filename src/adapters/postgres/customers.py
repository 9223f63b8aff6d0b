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
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import bookings, walk_ins
from adapters.postgres.bookings.walk_ins import CUSTOMER_ID, is_walk_in, searched, walk_in_of
from adapters.postgres.bookings.walk_ins import PHONE as WALK_IN_PHONE
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import PHONE, names_of
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import USER, LeftToOwner, personal_data
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.bookings.transitions import Status
from booking_domain.customers.model import Customer, CustomerNote
from booking_domain.customers.ports import CustomerFilter, CustomerNotes, CustomerReads, CustomerScope
from booking_domain.identity.model import UserStatus
from booking_domain.shared.ids import CustomerId, UserId
from booking_domain.use_cases.platform.views import CONTACT_SHOWN


def _of_either(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the notes that the account wrote, and the notes on it and on walk-ins of its profile."""
    walk_in = table.c.customer_id.in_(select(bookings.c.id).where(bookings.c.customer_id == USER))
    return delete(table).where(or_(owned, table.c.customer_id == USER, walk_in))


customer_notes: Final = Table(
    "customer_notes",
    metadata,
    Column("author_id", Uuid, ForeignKey("users.id"), primary_key=True),
    # An account, or a walk-in.
    Column("customer_id", Uuid, primary_key=True, index=True),
    Column("text", Text, nullable=False),
    instant("updated_at"),
    Column("version", Integer, nullable=False),
    info=personal_data(
        "author_id", erase=_of_either, handover=LeftToOwner("notes about customers"), export="customer_notes"
    ),
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
_THEIRS: Final = or_(_b.provider_user_id == bindparam("owner_id", type_=Uuid()), _b.provider_id == func.any(_MEMBERS))
_AGREED: Final = or_(*(_b.status == status.value for status in sorted(CONTACT_SHOWN)))
_CAME: Final = and_(_AGREED, _b.status != Status.NO_SHOW.value)
_HAS_ACCOUNT: Final = and_(_AGREED, _b.customer_id != _b.provider_user_id)
_SERVES: Final = Statement(select(exists().where(_THEIRS, _HAS_ACCOUNT, _b.customer_id == bindparam("customer_id"))))
_KEEP_WALK_IN: Final = Statement(
    select(walk_ins.c.booking_id)
    .select_from(walk_ins.join(bookings, _b.id == walk_ins.c.booking_id))
    .where(_THEIRS, is_walk_in(bindparam("customer_id", type_=Uuid())))
    .with_for_update(read=True, key_share=True, of=walk_ins)
)
_DELETE_ON: Final = Statement(delete(customer_notes).where(_n.customer_id == bindparam("customer_id")))
_NOW: Final[BindParameter[Any]] = bindparam("now")
_VISITS: Final = (
    select(
        CUSTOMER_ID.label("customer_id"),
        func.count().filter(_AGREED).label("bookings"),
        func.count().filter(_b.status == Status.NO_SHOW.value).label("no_shows"),
        func.max(_b.starts_at).filter(_CAME, _b.starts_at <= _NOW).label("last_visit"),
        func.min(_b.starts_at).filter(_b.status == Status.CONFIRMED.value, _b.starts_at > _NOW).label("next_visit"),
    )
    .select_from(bookings.outerjoin(walk_ins, walk_ins.c.booking_id == _b.id))
    .where(
        _THEIRS,
        or_(walk_ins.c.booking_id.is_not(None), _HAS_ACCOUNT),
        if_given("customer_id", _b.customer_id, bindparam("customer_id") == CUSTOMER_ID),
    )
    .group_by(CUSTOMER_ID)
    .subquery("visits")
)
# One row at a time: the planner takes the customers of a provider for many, and would read all accounts.
_account: Final = select(users).where(users.c.id == _VISITS.c.customer_id).limit(1).lateral("account")
_NAME: Final = func.coalesce(walk_ins.c.name, _account.c.name).collate("C")
_last: Final = users.alias("last")
_last_walk_in: Final = walk_ins.alias("last_walk_in")
_LAST_NAME: Final = func.coalesce(
    select(_last_walk_in.c.name).where(_last_walk_in.c.booking_id == bindparam("after")).scalar_subquery(),
    select(_last.c.name).where(_last.c.id == bindparam("after")).scalar_subquery(),
)
_TEXT: Final = bindparam("text", type_=Text())
_PAGE: Final = Statement(
    select(
        _VISITS.c.customer_id,
        _account.c.name,
        _account.c.email,
        _account.c.phone_sealed,
        walk_ins.c.name,
        walk_ins.c.phone_sealed,
        _VISITS.c.bookings,
        _VISITS.c.no_shows,
        _VISITS.c.last_visit,
        _VISITS.c.next_visit,
        *NOTE.columns,
    )
    .select_from(
        _VISITS.outerjoin(_account, true())
        .outerjoin(walk_ins, walk_ins.c.booking_id == _VISITS.c.customer_id)
        .outerjoin(
            customer_notes,
            and_(_n.author_id == bindparam("author_id"), _n.customer_id == _VISITS.c.customer_id),
        )
    )
    .where(
        or_(_account.c.id.is_(None), _account.c.status != literal_column(f"'{UserStatus.DELETED.value}'")),
        or_(
            _TEXT.is_(None),
            func.strpos(folded(func.coalesce(walk_ins.c.name, names_of(_account))), folded(_TEXT)) > 0,
            func.strpos(folded(_account.c.email), folded(_TEXT)) > 0,
            _account.c.phone_index == bindparam("phone_index"),
            walk_ins.c.phone_index == bindparam("walk_in_phone_index"),
            _account.c.phone_parts.overlap(bindparam("phone_parts")),
            walk_ins.c.phone_parts.overlap(bindparam("walk_in_phone_parts")),
        ),
        if_given(
            "after",
            _account.c.id,
            tuple_(_NAME, _VISITS.c.customer_id) > tuple_(_LAST_NAME, bindparam("after")),
        ),
    )
    .order_by(_NAME, _VISITS.c.customer_id)
    .limit(bindparam("most"))
)


class PostgresCustomerNotes(WithWork, CustomerNotes):
    """`CustomerNotes` in the table `customer_notes`."""

    async def serves(self, whose: CustomerScope, customer_id: CustomerId) -> bool:
        parameters = {"owner_id": whose.owner_id, "manager_id": whose.manager_id, "customer_id": customer_id}
        row = await self._work.one(_SERVES, **parameters)
        return (row is not None and bool(row[0])) or bool(await self._work.all(_KEEP_WALK_IN, **parameters))

    async def get(self, author_id: UserId, customer_id: CustomerId) -> CustomerNote | None:
        return await self._work.first(NOTE.read, _NOTE, author_id=author_id, customer_id=customer_id)

    async def save(self, note: CustomerNote) -> None:
        await self._work.execute(_SAVE, **NOTE.write(note))

    async def delete_on(self, customer_id: CustomerId) -> None:
        await self._work.execute(_DELETE_ON, customer_id=customer_id)


class PostgresCustomerReads(WithCipher, CustomerReads):
    """`CustomerReads` of `bookings`, `users`, `walk_ins` and `customer_notes`, in one statement."""

    async def page(self, author_id: UserId, criteria: CustomerFilter, now: datetime) -> list[Customer]:
        rows = await self._page(author_id, criteria, now, customer_id=None)
        return [self._customer(row) for row in rows]

    async def get(
        self, author_id: UserId, whose: CustomerScope, customer_id: CustomerId, now: datetime
    ) -> Customer | None:
        rows = await self._page(author_id, CustomerFilter(whose=whose, limit=1), now, customer_id=customer_id)
        return self._customer(rows[0]) if rows else None

    async def notes_by(self, author_id: UserId, after: CustomerId | None, limit: int) -> list[CustomerNote]:
        return await self._work.each(NOTE.read, _NOTES_BY, author_id=author_id, after=after, most=limit)

    async def _page(
        self, author_id: UserId, criteria: CustomerFilter, now: datetime, *, customer_id: CustomerId | None
    ) -> list[Row]:
        return await self._work.all(
            _PAGE,
            **parameters(criteria),
            author_id=author_id,
            owner_id=criteria.whose.owner_id,
            manager_id=criteria.whose.manager_id,
            customer_id=customer_id,
            phone_index=None if criteria.phone is None else self._cipher.index(criteria.phone, field=PHONE),
            walk_in_phone_index=None
            if criteria.phone is None
            else self._cipher.index(criteria.phone, field=WALK_IN_PHONE),
            **searched(criteria.text, self._cipher),
            now=now,
        )

    def _customer(self, row: Row) -> Customer:
        id_, name, email, phone, walk_in_name, number, count, no_shows, last_visit, next_visit, *note = row
        if walk_in_name is not None:
            walk_in = walk_in_of(id_, walk_in_name, number, self._cipher)
            name, phone = walk_in.name, walk_in.phone
        elif phone is not None:
            phone = self._cipher.decrypt(phone, field=PHONE, row=id_)
        return Customer(
            id=CustomerId(id_),
            name=name,
            email=email,
            phone=phone,
            bookings=count,
            no_shows=no_shows,
            last_visit=last_visit,
            next_visit=next_visit,
            note=None if note[0] is None else NOTE.read(note),
            walk_in=walk_in_name is not None,
        )


CONTEXT: Final[PostgresContext] = PostgresContext(tables=(customer_notes,))


class CustomerRepositories(RepositoryGroup):
    """The repositories of this context."""

    customer_notes = part(PostgresCustomerNotes)


class CustomerReadGroup(ReadGroup):
    """The reads of this context."""

    customers = part_with_cipher(PostgresCustomerReads)
