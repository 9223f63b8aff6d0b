"""Sign up with a contact alone: request a code, send it back, then complete the profile; see `sign_ups`.

A wrong guess is counted: `InvalidCode` commits.
"""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Final

from booking_domain.identity.errors import EmailTaken, InvalidCode, InvalidToken, PhoneTaken, TooManyCodes
from booking_domain.identity.events import SignUpRequested
from booking_domain.identity.known_clients import NOBODY, ClientTrace
from booking_domain.identity.legal import (
    AcceptanceRequired,
    AcceptedVersions,
    LegalDocuments,
    Moment,
    NotTheCurrentVersion,
)
from booking_domain.identity.model import PENDING_NAME, InvalidUserTransition, User, UserAction, UserParty, UserStatus
from booking_domain.identity.names import Names
from booking_domain.identity.one_time_codes import CodePurpose, Contact, OneTimeCode
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.sign_ups import SignUp, keeps_contact, signs_in_to
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import ConcurrentChange, InvalidValue, NotPermitted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, SessionId, UserId
from booking_domain.shared.languages import FALLBACK
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import require_time_zone
from booking_domain.shared.unset import UNSET
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.use_cases.identity.accounts import normal_locale, require_birth_date
from booking_domain.use_cases.identity.authenticate import (
    OPENING_ERRORS,
    SELF_SERVICE_ROLES,
    OpenSession,
    SignedIn,
    begin_session,
)
from booking_domain.use_cases.identity.legal import require_accepted, require_current
from booking_domain.use_cases.identity.one_time_codes import (
    RequestCode,
    SignInByCode,
    VerifiedCode,
    issue_code,
    sent_just_now,
    sign_in_with,
    use_up,
    verify_guess,
)
from booking_domain.use_cases.identity.ownership import take_contact
from booking_domain.use_cases.identity.sessions import end_sessions, lock_own_account


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSignUp:
    """Have a code sent to a contact, whether or not an account has it."""

    contact: Contact
    locale: str
    reserve: bool = False
    """Whether the code is one of the reserve: see `one_time_codes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RequestRegistration:
    """Have a code sent with which a registration is repeated."""

    sign_up: RequestSignUp
    accepted: AcceptedVersions
    """What the registration accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDetails:
    """Who a person is; None keeps what the account began with."""

    name: str | None = None
    """None: the given and family name."""
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    address: str | None = None
    locale: str | None = None
    time_zone: str | None = None

    def __post_init__(self) -> None:
        if self.name is None and self.given_name is None:
            raise InvalidValue(field="name", problem="a name or a given name is required")
        for part in ("name", "given_name", "family_name"):
            require_plain_name(getattr(self, part), field=part)
        require_time_zone(self.time_zone)
        if self.locale is not None:
            object.__setattr__(self, "locale", normal_locale(self.locale))

    def of(self, user: User) -> dict[str, Any]:
        """The values of the account."""
        locale = self.locale or user.locale
        names = Names(PENDING_NAME).changed(
            name=self.name or UNSET, given_name=self.given_name, family_name=self.family_name, locale=locale
        )
        known = {each.name: getattr(self, each.name) for each in fields(self)} | asdict(names)
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CompleteProfile:
    """Complete the profile of the actor's pending account. The password is hashed before the database transaction."""

    details: ProfileDetails
    role: Role
    password_hash: str | None = field(repr=False)
    current: SessionId
    """The session of the request: it must be live, and ends."""
    client: Client
    client_trace: ClientTrace = NOBODY
    accepted: AcceptedVersions = field(default_factory=dict)


async def _request(command: RequestSignUp, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode:
    """Issue a code. Whether an account has the contact is looked at only when the code is sent, and when it is used."""
    code = await issue_code(_code_for(command), tx, context)
    sign_up = SignUp(
        code_id=code.id,
        channel=command.contact.channel,
        address=command.contact.address,
        locale=command.locale,
        expires_at=code.expires_at,
    )
    await tx.sign_ups.add(sign_up)
    event_id = EventId(context.entropy.new_id())
    event = SignUpRequested(id=event_id, occurred_at=context.now, code_id=code.id, until=code.expires_at)
    await tx.outbox.put([event])
    return code


def _code_for(command: RequestSignUp) -> RequestCode:
    return RequestCode(command.contact, CodePurpose.SIGNUP, None, reserve=command.reserve)


async def _request_registration(command: RequestRegistration, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode:
    """Issue a code, or return the one that was sent within the last minute: it has no part in what is registered."""
    require_current(command.accepted, context)
    context.configured(LegalDocuments).require(Moment.SIGN_UP, command.accepted.items())
    sent = await sent_just_now(_code_for(command.sign_up), tx, context)
    return sent or await _request(command.sign_up, tx, context)


async def _use(command: SignInByCode, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Sign in to the account that the contact opens, or to a new one that is pending.

    An account that has not verified the contact loses it. One that has, and cannot be used, keeps it: the code is then
    refused as a wrong one is.
    """
    contact = command.guess.contact
    code = await verify_guess(command.guess, tx, context)
    holder = await tx.users.by_login(contact.address)
    holder = None if holder is None else await tx.users.lock(holder.id)
    if holder is not None and holder.has_contact(contact):
        if signs_in_to(holder, contact, context.now):
            return await sign_in_with(VerifiedCode(code, holder), command, tx, context)
        if keeps_contact(holder, contact):
            await tx.one_time_codes.save(code.used_up())
            raise InvalidCode
        await take_contact(holder, contact.channel, tx, context)
    await use_up(code, tx, context)
    sign_up = await tx.sign_ups.get(code.id)
    locale = FALLBACK if sign_up is None else sign_up.locale
    zone = command.time_zone or context.get(SecurityPorts).default_time_zone
    user = await _add_pending(contact, locale, zone, tx, context)
    opening = OpenSession(
        user_id=user.id, method=LoginMethod.CODE, client=command.client, client_trace=command.client_trace
    )
    return await begin_session(opening, tx, context)


async def _add_pending(contact: Contact, locale: str, time_zone: str, tx: IdentityTx, context: UseCaseContext) -> User:
    user = User(
        id=UserId(context.entropy.new_id()),
        email=None,
        phone=None,
        name=PENDING_NAME,
        role=Role.CUSTOMER,
        status=UserStatus.PENDING,
        locale=locale,
        time_zone=time_zone,
        password_hash=None,
        created_at=context.now,
    ).with_contact(contact, context.now)
    try:
        await tx.users.add(user)
    except (EmailTaken, PhoneTaken) as taken:  # since it was looked up: then the account is signed in to
        raise ConcurrentChange(what="account") from taken
    context.note(
        "user.signed_up", Subject("user", user.id), actor=user.actor, details={"channel": contact.channel.value}
    )
    return user


async def _complete(command: CompleteProfile, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Activate the account, end the sessions of the sign-up, and begin one in which the account can do everything."""
    if command.role not in SELF_SERVICE_ROLES:
        raise NotPermitted(permission=Permission.MANAGE_USERS)
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    user = own.user.moved(
        UserAction.COMPLETE,
        UserParty.OWNER,
        role=command.role,
        password_hash=command.password_hash,
        **command.details.of(own.user),
    )
    require_birth_date(user, context)
    await tx.users.save(user)
    await require_accepted(Moment.SIGN_UP, user.id, command.accepted, tx, context)
    await end_sessions([own.current, *own.others], tx, context)
    context.note("user.completed", Subject("user", user.id), details={"role": user.role.value})
    opening = OpenSession(
        user_id=user.id, method=LoginMethod.REGISTRATION, client=command.client, client_trace=command.client_trace
    )
    return await begin_session(opening, tx, context)


request_sign_up: Final = UseCase(Permission.RUN_PLATFORM, _request, raises=(TooManyCodes,))
request_registration: Final = UseCase(
    Permission.RUN_PLATFORM, _request_registration, raises=(TooManyCodes, NotTheCurrentVersion, AcceptanceRequired)
)
use_sign_up: Final = UseCase(Permission.RUN_PLATFORM, _use, raises=(InvalidCode, *OPENING_ERRORS))
complete_pending_account: Final = UseCase(
    Permission.MANAGE_ACCOUNT,
    _complete,
    raises=(
        InvalidToken,
        InvalidValue,
        InvalidUserTransition,
        NotTheCurrentVersion,
        AcceptanceRequired,
        *OPENING_ERRORS,
    ),
)
