"""Edit an account and its preferences."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.preferences import Preferences
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, SessionId
from booking_domain.shared.images import Image
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import time_zone
from booking_domain.shared.unset import UNSET, Unset, given, given_as, given_or
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version

_LOCALE: Final = re.compile(r"(en|mn|fa)(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAccount:
    """Change the actor's account; the session must be live."""

    name: str | Unset = UNSET
    given_name: str | Unset | None = UNSET
    family_name: str | Unset | None = UNSET
    birth_date: date | Unset | None = UNSET
    locale: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    address: str | Unset | None = UNSET
    picture_file_id: FileId | Unset | None = UNSET
    preferences: Preferences | Unset = UNSET
    expected_version: ExpectedVersion = None
    current: SessionId


def normal_locale(locale: str) -> str:
    """Normalise a language tag (RFC 5646) of a supported language.

    >>> normal_locale("MN-cyrl-mn"), normal_locale("fa")
    ('mn-Cyrl-MN', 'fa')
    """
    found = _LOCALE.fullmatch(locale)
    if found is None:
        raise InvalidValue(field="locale", problem="a language tag of en, mn or fa, such as mn or fa-IR")
    language, script, region = found.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


async def edit(
    command: EditAccount, tx: IdentityTx, context: UseCaseContext, picture: Image | Unset | None = UNSET
) -> User:
    """Change the account and its picture, or raise one of `EDIT_ERRORS`."""
    before = await tx.users.lock(context.actor.id)
    session = await tx.sessions.lock(command.current)
    if before is None or session is None or session.user_id != before.id or not session.live(context.now):
        raise InvalidToken
    require_expected_version(before.version, command.expected_version)
    require_plain_name(command.name, field="name")
    require_plain_name(command.given_name, field="given_name")
    require_plain_name(command.family_name, field="family_name")
    locale = given_as(command.locale, normal_locale)
    names = before.own_names.changed(
        name=command.name,
        given_name=command.given_name,
        family_name=command.family_name,
        locale=given_or(locale, before.locale),
    )
    after = before.changed(**given(command, before, locale=locale, picture=picture, **asdict(names)))
    if after.birth_date != before.birth_date:
        require_birth_date(after, context)
    await tx.users.save(after)
    return after


def require_birth_date(user: User, context: UseCaseContext) -> None:
    """Raise `InvalidValue` if the account's owner is not born yet."""
    today = context.now.astimezone(time_zone(user.time_zone)).date()
    if user.birth_date is not None and user.birth_date > today:
        raise InvalidValue(field="birth_date", problem="not in the future")


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Change the language of the actor's messages, without a session of the API: in a chat."""

    language: str


async def _choose_language(command: ChooseLanguage, tx: IdentityTx, context: UseCaseContext) -> None:
    user = await tx.users.lock(context.actor.id)
    if user is None or user.status is not UserStatus.ACTIVE:
        raise InvalidToken
    locale = normal_locale(command.language)
    if locale != user.locale:
        await tx.users.save(user.changed(locale=locale))


choose_language: Final = UseCase(Permission.MANAGE_ACCOUNT, _choose_language, raises=(InvalidToken, InvalidValue))
EDIT_ERRORS: Final = (InvalidToken, InvalidValue, StaleVersion)
"""What `edit` raises."""
