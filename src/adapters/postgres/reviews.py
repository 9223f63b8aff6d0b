"""Reviews on PostgreSQL. Their rating is in `providers`, so that a list of providers is one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.identity.bank_accounts import PostgresBankAccountReads
from adapters.postgres.identity.tables import sessions, users
from adapters.postgres.identity.users import PostgresUserReads
from adapters.postgres.kit.advisory_locks import lock_key
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import USER, LeftToOwner, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.notifications.tables import sms_messages
from adapters.postgres.payments.payer_cards import payer_cards
from adapters.postgres.scheduling.services import SHORTEST_MINUTES
from booking_domain.bookings.transitions import Status
from booking_domain.reviews.model import (
    MAX_RATING,
    MIN_RATING,
    HideReason,
    Review,
    ReviewExists,
    ReviewId,
    ReviewStatus,
)
from booking_domain.reviews.policy import Tie, Visit, ties_of
from booking_domain.reviews.ports import (
    ReviewableBooking,
    ReviewableBookings,
    ReviewFilter,
    ReviewOrder,
    ReviewReads,
    Reviews,
    ReviewView,
    Ties,
)
from booking_domain.shared.ids import BookingId, ProviderId, UserId


def _clear_words(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Clear what the account wrote: texts as the author, replies as the provider. The stars stay."""
    replied = table.c.provider_user_id == USER
    written = or_(owned & ((table.c.text != "") | (table.c.hide_note != "")), replied & table.c.reply.is_not(None))
    return (
        update(table)
        .where(written)
        .values(
            text=case((owned, ""), else_=table.c.text),
            hide_note=case((owned, ""), else_=table.c.hide_note),
            reply=case((replied, null()), else_=table.c.reply),
            replied_at=case((replied, null()), else_=table.c.replied_at),
            version=table.c.version + 1,
        )
    )


reviews: Final = Table(
    "reviews",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, unique=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("provider_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("author_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("rating", SmallInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("impartial", Boolean, nullable=False, server_default=true()),
    # The start of the booking when it was reviewed: a trigger sets it.
    instant("visited_at", nullable=True),
    Column("reply", Text),
    instant("replied_at", nullable=True),
    Column("hide_reason", Text),
    Column("hide_note", Text, nullable=False),
    instant("created_at"),
    instant("edited_at", nullable=True),
    Column("version", Integer, nullable=False),
    one_of("status", ReviewStatus),
    one_of("hide_reason", HideReason),
    CheckConstraint(f"rating BETWEEN {MIN_RATING} AND {MAX_RATING}", name="rating"),
    Index("reviews_author_id_id_idx", "author_id", "id"),
    Index("reviews_provider_user_id_id_idx", "provider_user_id", "id"),
    Index("reviews_provider_id_created_at_idx", "provider_id", "created_at"),
    Index(
        "reviews_counted_idx",
        "provider_id",
        "author_id",
        "id",
        postgresql_where=text("status = 'published' AND impartial"),
    ),
    Index("reviews_published_idx", "provider_id", "id", postgresql_where=text("status = 'published'")),
    Index("reviews_published_rating_idx", "provider_id", "rating", "id", postgresql_where=text("status = 'published'")),
    info=personal_data("author_id", erase=_clear_words, handover=LeftToOwner("reviews"), export="reviews"),
)


REVIEW: Final = Mapper(
    reviews,
    Review,
    changes=("rating", "text", "status", "reply", "replied_at", "hide_reason", "hide_note", "edited_at", "version"),
    elsewhere=("visited_at",),
)
_r: Final = reviews.c
_b: Final = bookings.c
_p: Final = providers.c
# Written out, so that the partial indexes serve.
_PUBLISHED: Final = _r.status == literal_column(f"'{ReviewStatus.PUBLISHED.value}'")
_LOCK: Final = Statement(select(*REVIEW.columns).where(_r.id == bindparam("review_id")).with_for_update())
_COUNTED: Final = (
    select(_r.rating)
    .ext(distinct_on(_r.author_id))
    .where(_r.provider_id == bindparam("provider_id"), _PUBLISHED, _r.impartial)
    .order_by(_r.author_id, _r.id.desc())
    .subquery("counted")
)
"""The reviews that make a provider's rating; see `booking_domain.reviews.policy.counted`."""
_RATING: Final = select(
    func.count().label("count"), func.coalesce(func.sum(_COUNTED.c.rating), 0).label("total")
).subquery("rating")
_RECOUNT: Final = Statement(
    update(providers)
    .where(
        _p.id == bindparam("provider_id"),
        or_(_p.rating_count != _RATING.c.count, _p.rating_total != _RATING.c.total),
    )
    .values(rating_count=_RATING.c.count, rating_total=_RATING.c.total, version=_p.version + 1)
)
_AGES: Final = Statement(
    select(_r.created_at - users.c.created_at)
    .select_from(reviews.join(users, users.c.id == _r.author_id))
    .where(_r.provider_id == bindparam("provider_id"), _r.created_at > bindparam("since"))
)
_BOOKING: Final = Statement(
    select(
        _b.id,
        _b.provider_id,
        _b.provider_user_id,
        _b.customer_id,
        users.c.name,
        users.c.created_at,
        _p.display_name,
        _b.status,
        _b.placed_by_staff,
        _b.starts_at < _b.created_at,
        cast(func.extract("epoch", _b.ends_at - _b.starts_at) / 60, Integer),
        SHORTEST_MINUTES,
        _b.price_amount > 0,
    )
    .select_from(bookings.join(users, users.c.id == _b.customer_id).join(providers, _p.id == _b.provider_id))
    .where(_b.id == bindparam("booking_id"))
)
_of_author, _of_business = sessions.alias(), sessions.alias()
_to_author, _to_business = sms_messages.alias(), sms_messages.alias()
_BUSINESS: Final = (_p.owner_id, salons.c.manager_id)
_AUTHOR: Final = bindparam("author_id", type_=users.c.id.type)
_OTHER: Final = bindparam("other_id", type_=users.c.id.type)


def _texts(business: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Whether text messages of the author and of one of these accounts went to one verified number."""
    return exists().where(
        _to_author.c.user_id == _AUTHOR,
        _to_author.c.to_verified,
        _to_author.c.to_digest != b"",
        _to_business.c.to_digest == _to_author.c.to_digest,
        _to_business.c.to_verified,
        _to_business.c.user_id.in_(business),
    )


def _devices(business: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Whether the author and one of these accounts signed in from one address with one browser or app."""
    return exists().where(
        _of_author.c.user_id == _AUTHOR,
        _of_author.c.address != "",
        _of_author.c.user_agent != "",
        _of_business.c.address == _of_author.c.address,
        _of_business.c.user_agent == _of_author.c.user_agent,
        _of_business.c.user_id.in_(business),
    )


_TIES: Final = Statement(
    select(_p.owner_id, salons.c.manager_id, salons.c.phone, _texts(_BUSINESS), _devices(_BUSINESS))
    .select_from(providers.outerjoin(salons, salons.c.id == _p.salon_id))
    .where(_p.id == bindparam("provider_id"))
)
_card_of, _other_card = payer_cards.alias(), payer_cards.alias()
_TIES_OF_ACCOUNTS: Final = Statement(
    select(
        _texts([_OTHER]),
        _devices([_OTHER]),
        exists().where(
            _card_of.c.user_id == _AUTHOR,
            _other_card.c.user_id == _OTHER,
            _other_card.c.card_digest == _card_of.c.card_digest,
        ),
    )
)
_VIEW: Final[Select[tuple[object, ...]]] = select(*REVIEW.columns, users.c.name, _p.display_name).select_from(
    reviews.join(users, users.c.id == _r.author_id).join(providers, _p.id == _r.provider_id)
)
_ONE: Final = Statement(_VIEW.where(_r.id == bindparam("review_id")))
_PAGE: Final = Statement(
    _VIEW.where(
        if_given("author_id", _r.author_id, _r.author_id == bindparam("author_id")),
        if_given("provider_id", _r.provider_id, _r.provider_id == bindparam("provider_id")),
        if_given("status", _r.status, _r.status == bindparam("status")),
        if_given("after", _r.id, _r.id < bindparam("after")),
    )
    .order_by(_r.id.desc())
    .limit(bindparam("most"))
)
_WRITTEN_FOR: Final = Statement(
    select(*REVIEW.columns)
    .where(
        or_(_r.author_id == bindparam("user_id"), _r.provider_user_id == bindparam("user_id")),
        if_given("after", _r.id, _r.id > bindparam("after")),
    )
    .order_by(_r.id)
    .limit(bindparam("most"))
)
_last: Final = reviews.alias("last")
_AFTER_RATING: Final = select(_last.c.rating).where(_last.c.id == bindparam("after")).scalar_subquery()


def _of_provider(follows: ColumnElement[bool], *order: ColumnElement[object]) -> Statement:
    return Statement(
        _VIEW.where(_r.provider_id == bindparam("provider_id"), _PUBLISHED, if_given("after", _r.id, follows))
        .order_by(*order)
        .limit(bindparam("most"))
    )


_older: Final = _r.id < bindparam("after")
_OF_PROVIDER: Final[Mapping[ReviewOrder, Statement]] = {
    ReviewOrder.NEWEST: _of_provider(_older, _r.id.desc()),
    ReviewOrder.HIGHEST: _of_provider(
        or_(_r.rating < _AFTER_RATING, and_(_r.rating == _AFTER_RATING, _older)), _r.rating.desc(), _r.id.desc()
    ),
    ReviewOrder.LOWEST: _of_provider(
        or_(_r.rating > _AFTER_RATING, and_(_r.rating == _AFTER_RATING, _older)), _r.rating, _r.id.desc()
    ),
}


def _view_of(row: Row) -> ReviewView:
    return ReviewView(review=REVIEW.read(row[:-2]), author_name=row[-2], provider_name=row[-1])


class PostgresReviews(VersionedRows[Review], Reviews):
    """`Reviews` in the table `reviews`, with the sums in `providers`."""

    rows = Rows(REVIEW, "review")

    async def lock(self, review_id: ReviewId) -> Review | None:
        return await self._work.first(REVIEW.read, _LOCK, review_id=review_id)

    async def ages_since(self, provider_id: ProviderId, since: datetime) -> list[timedelta]:
        await self._lock(provider_id)
        return await self._work.each(lambda row: row[0], _AGES, provider_id=provider_id, since=since)

    async def recount(self, provider_id: ProviderId) -> None:
        await self._lock(provider_id)
        await self._work.execute(_RECOUNT, provider_id=provider_id)

    async def _lock(self, provider_id: ProviderId) -> None:
        await lock_key(self._work, f"reviews of {provider_id}")


class PostgresTies(WithCipher, Ties):
    """`Ties` in the tables that sign-ins, text messages and bank transfers need anyway."""

    async def between(self, author_id: UserId, provider_id: ProviderId) -> frozenset[Tie]:
        row = await self._work.one(_TIES, author_id=author_id, provider_id=provider_id)
        if row is None:
            return frozenset()
        owner_id, manager_id, salon_phone, texts, devices = row
        accounts, users_ = (
            PostgresBankAccountReads(self._work, self._cipher),
            PostgresUserReads(self._work, self._cipher),
        )
        author, paid = await users_.get(author_id), await accounts.get(author_id)
        business = [UserId(each) for each in (owner_id, manager_id) if each is not None]
        paid_there = [await accounts.get(each) for each in business] if paid is not None else []
        return ties_of(
            manages=manager_id == author_id,
            texts=texts or (author is not None and bool(author.phone) and author.phone == salon_phone),
            bank_account=any(
                paid is not None and each is not None and each.details.account_number == paid.details.account_number
                for each in paid_there
            ),
            device=devices,
        )

    async def of_accounts(self, one: UserId, other: UserId) -> frozenset[Tie]:
        row = await self._work.one(_TIES_OF_ACCOUNTS, author_id=one, other_id=other)
        assert row is not None  # noqa: S101 - it always returns a row
        texts, devices, cards = row
        accounts = PostgresBankAccountReads(self._work, self._cipher)
        found = [await accounts.get(each) for each in (one, other)]
        numbers = [None if each is None else each.details.account_number for each in found]
        paid = numbers[0] is not None and numbers[0] == numbers[1]
        return ties_of(texts=texts, bank_account=paid, device=devices, card=cards)


class PostgresReviewableBookings(WithWork, ReviewableBookings):
    """`ReviewableBookings` in the table `bookings`."""

    async def get(self, booking_id: BookingId) -> ReviewableBooking | None:
        row = await self._work.one(_BOOKING, booking_id=booking_id)
        if row is None:
            return None
        return ReviewableBooking(
            booking_id=BookingId(row[0]),
            provider_id=ProviderId(row[1]),
            provider_user_id=UserId(row[2]),
            customer_id=UserId(row[3]),
            customer_name=row[4],
            customer_since=row[5],
            provider_name=row[6],
            completed=row[7] == Status.COMPLETED.value,
            visit=Visit(
                placed_by_staff=row[8],
                entered_late=row[9],
                minutes=row[10],
                shortest_minutes=row[11],
                has_price=row[12],
            ),
        )


class PostgresReviewReads(WithWork, ReviewReads):
    """`ReviewReads` of `reviews` with the names in `users` and `providers`."""

    async def get(self, review_id: ReviewId) -> ReviewView | None:
        return await self._work.first(_view_of, _ONE, review_id=review_id)

    async def page(self, chosen: ReviewFilter) -> list[ReviewView]:
        return await self._work.each(_view_of, _PAGE, **parameters(chosen))

    async def of_provider(
        self, provider_id: ProviderId, order: ReviewOrder, after: ReviewId | None, limit: int
    ) -> list[ReviewView]:
        return await self._work.each(_view_of, _OF_PROVIDER[order], provider_id=provider_id, after=after, most=limit)

    async def written_for(self, user_id: UserId, after: ReviewId | None, limit: int) -> list[Review]:
        return await self._work.each(REVIEW.read, _WRITTEN_FOR, user_id=user_id, after=after, most=limit)


CONTEXT: Final = PostgresContext(tables=(reviews,), conflicts={"reviews_booking_id_key": ReviewExists})


class ReviewRepositories(RepositoryGroup):
    """The repositories of this context."""

    reviews = part(PostgresReviews)
    reviewable_bookings = part(PostgresReviewableBookings)
    ties = part_with_cipher(PostgresTies)


class ReviewReadGroup(ReadGroup):
    """The reads of this context."""

    reviews = part(PostgresReviewReads)
