"""Accounts on PostgreSQL. Phone numbers, birth dates and addresses are encrypted."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from adapters.postgres.identity.credentials import LOCKED_ACCOUNTS
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.codec import Converted, Encrypted, Mapper, known
from adapters.postgres.kit.encryption import EncryptedColumn, WithCipher, digests_of_parts
from adapters.postgres.kit.errors import domain_errors
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.images import image_json, image_of
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from booking_domain.identity.errors import EmailTaken, PhoneTaken
from booking_domain.identity.model import ERASED_AFTER, SIGN_UP_LIFE, User, UserStatus
from booking_domain.identity.passwords import WRONG_PASSWORDS_EXPIRE_AFTER
from booking_domain.identity.ports import UserFilter, UserReads, Users
from booking_domain.identity.preferences import Channels, NewsChannel, NewsKind, Preferences, QuietHours, Unsubscription
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.shared.phones import searched_parts
from booking_domain.shared.time import WallTime

TAKEN: Final = {"users_email_key": EmailTaken, "users_phone_index_key": PhoneTaken}


def _preferences_json(preferences: Preferences) -> Jsonb:
    quiet = preferences.quiet_hours
    hours = None if quiet is None else [str(quiet.start), str(quiet.end)]
    stored = {**asdict(preferences), "quiet_hours": hours}
    if not preferences.monthly_report:  # the release before migration 0202 refuses a key that it does not know
        del stored["monthly_report"]
    return Jsonb(stored)


def _preferences_of(value: dict[str, Any]) -> Preferences:
    """Missing keys get the defaults of a new account; those of a later release are left out."""
    unsubscribed = tuple(
        Unsubscription(kind=NewsKind(each["kind"]), channel=NewsChannel(each["channel"]))
        for each in value.get("unsubscribed", ())
    )
    channels = Channels(**known(Channels, value.get("channels", {})))
    hours = tuple(map(WallTime.parse, value.get("quiet_hours") or ()))
    quiet_hours = QuietHours(start=hours[0], end=hours[1]) if hours else None
    stored = known(Preferences, value)
    return Preferences(**{**stored, "channels": channels, "unsubscribed": unsubscribed, "quiet_hours": quiet_hours})


USER: Final = Mapper(
    users,
    User,
    phone=Encrypted("phone_sealed"),
    birth_date=Encrypted("birth_date_sealed", write=date.isoformat, read=date.fromisoformat),
    address=Encrypted("address_sealed"),
    picture=Converted("picture", write=image_json, read=image_of),
    preferences=Converted("preferences", write=_preferences_json, read=_preferences_of),
)

_THIS: Final = users.c.id == bindparam("user_id")
_USER: Final = Statement(select(*USER.columns).where(_THIS))
_ACTIVE_ROLE: Final = Statement(select(users.c.role).where(_THIS, users.c.status == UserStatus.ACTIVE.value))
# FOR NO KEY UPDATE: other transactions can insert rows that refer to the account.
_LOCK: Final = Statement(select(*USER.columns).where(_THIS).with_for_update(key_share=True))
_LOCK_ALL: Final = Statement(
    select(*USER.columns)
    .where(users.c.id == any_(bindparam("user_ids", type_=ARRAY(users.c.id.type))))
    .order_by(users.c.id)
    .with_for_update(key_share=True)
)
_USER_BY_LOGIN: Final = Statement(
    select(*USER.columns).where(
        or_(users.c.email == bindparam("login"), users.c.phone_index == bindparam("phone_index"))
    )
)
_TO_ERASE: Final = Statement(
    select(users.c.id)
    .where(
        # As in the index, which is partial.
        users.c.status.in_([literal_column("'deleted'"), literal_column("'pending'")]),
        users.c.erased_at.is_(None),
        or_(
            users.c.deleted_at <= bindparam("deleted_before"),
            and_(
                users.c.status == literal_column(f"'{UserStatus.PENDING.value}'"),
                users.c.created_at <= bindparam("begun_before"),
            ),
        ),
        if_given("after", users.c.id, users.c.id > bindparam("after")),
    )
    .order_by(users.c.id)
    .limit(bindparam("most"))
)


def names_of(account: FromClause) -> ColumnElement[str]:
    """What search compares a name with, in the order that `User.names` has."""
    return func.concat_ws(" ", *(account.c[name] for name in ("name", "given_name", "family_name", "given_name")))


NAMES: Final = names_of(users)
_PART: Final = folded(bindparam("text", type_=Text()))
_WANTED_LOCKED: Final = cast(bindparam("locked"), Boolean())
_PAGE: Final = Statement(
    select(*USER.columns)
    .where(
        if_given("role", users.c.role, users.c.role == bindparam("role")),
        if_given("status", users.c.status, users.c.status == bindparam("status")),
        or_(
            bindparam("text", type_=Text()).is_(None),
            func.strpos(folded(NAMES), _PART) > 0,
            func.strpos(folded(users.c.email), _PART) > 0,
            users.c.phone_index == bindparam("phone_index"),
            users.c.phone_parts.overlap(bindparam("phone_parts")),
        ),
        or_(
            _WANTED_LOCKED.is_(None),
            users.c.id.in_(LOCKED_ACCOUNTS) == _WANTED_LOCKED,
        ),
        if_given("created_from", users.c.created_at, users.c.created_at >= bindparam("created_from")),
        if_given("created_before", users.c.created_at, users.c.created_at < bindparam("created_before")),
        if_given("after", users.c.id, users.c.id < bindparam("after")),
    )
    .order_by(users.c.id.desc())
    .limit(bindparam("most"))
)


_ADD: Final = USER.insert()
_SAVE: Final = USER.update()
PHONE: Final = EncryptedColumn.of(users.c.phone_sealed).field


class PostgresUserReads(WithCipher, UserReads):
    """`UserReads` of the table `users`."""

    async def get(self, user_id: UserId) -> User | None:
        return self._found(await self._work.one(_USER, user_id=user_id))

    async def by_login(self, login: str) -> User | None:
        phone_index = self._cipher.index(login, field=PHONE)
        return self._found(await self._work.one(_USER_BY_LOGIN, login=login, phone_index=phone_index))

    async def to_erase(self, now: datetime, after: UserId | None, limit: int) -> Sequence[UserId]:
        deleted_before, begun_before = now - ERASED_AFTER, now - SIGN_UP_LIFE
        rows = await self._work.all(
            _TO_ERASE, deleted_before=deleted_before, begun_before=begun_before, after=after, most=limit
        )
        return [UserId(id_) for (id_,) in rows]

    async def page(self, criteria: UserFilter) -> Sequence[User]:
        return await self._work.each(
            USER.reader(self._cipher),
            _PAGE,
            **parameters(criteria),
            phone_index=None if criteria.phone is None else self._cipher.index(criteria.phone, field=PHONE),
            phone_parts=digests_of_parts(searched_parts(criteria.text or ""), self._cipher, field=PHONE),
            unlocked_before=None if criteria.now is None else criteria.now - WRONG_PASSWORDS_EXPIRE_AFTER,
        )

    def _found(self, row: Row | None) -> User | None:
        return None if row is None else USER.read(row, self._cipher)


class PostgresUsers(PostgresUserReads, Users):
    """`Users` in the table `users`."""

    async def add(self, user: User) -> None:
        with domain_errors(TAKEN):  # here, because use cases look again after a race
            await self._work.execute(_ADD, **USER.write(user, self._cipher))
            await self._work.flush()

    async def active_role(self, user_id: UserId) -> Role | None:
        return await self._work.first(lambda row: Role(row[0]), _ACTIVE_ROLE, user_id=user_id)

    async def lock(self, user_id: UserId) -> User | None:
        return self._found(await self._work.one(_LOCK, user_id=user_id))

    async def lock_all(self, user_ids: Collection[UserId]) -> Sequence[User]:
        return await self._work.each(USER.reader(self._cipher), _LOCK_ALL, user_ids=list(user_ids))

    async def save(self, user: User) -> None:
        self._work.reduced_access.add(user.id)
        await self._work.update_one("account", _SAVE, row_key=user.id, **USER.changes(user, self._cipher))
        await self._work.flush()
