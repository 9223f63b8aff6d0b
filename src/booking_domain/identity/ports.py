"""The ports of identity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.identity.bank_accounts import BankAccountReads, BankAccounts
from booking_domain.identity.blocked_networks import BlockedNetworkReads, BlockedNetworks
from booking_domain.identity.calendar_links import CalendarLinkReads, CalendarLinks
from booking_domain.identity.code_history import CodeHistory, CodeHistoryReads
from booking_domain.identity.contact_changes import ContactChangeReads, ContactChanges
from booking_domain.identity.contact_edits import ContactEditReads, ContactEdits
from booking_domain.identity.events import EVENTS
from booking_domain.identity.external_identities import ExternalIdentities, ExternalIdentityReads, UsedAssertions
from booking_domain.identity.handover import Handover
from booking_domain.identity.known_clients import KnownClientReads, KnownClients
from booking_domain.identity.legal import AcceptanceReads, Acceptances
from booking_domain.identity.model import USER_LIFECYCLE, User, UserStatus
from booking_domain.identity.one_time_codes import OneTimeCodes
from booking_domain.identity.passkeys import PasskeyReads, Passkeys
from booking_domain.identity.passwords import CredentialReads, Credentials
from booking_domain.identity.remembered_devices import RememberedDeviceReads, RememberedDevices
from booking_domain.identity.second_factor import SecondFactors
from booking_domain.identity.sessions import Client, Login, LoginMethod, RefreshToken, Session
from booking_domain.identity.sign_ups import SignUpReads, SignUps
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.repositories import SharedRepositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class UserFilter:
    """A filter of accounts; None: any."""

    role: Role | None = None
    status: UserStatus | None = None
    text: str | None = None
    """A part of the name, the given and family name in either order, or the e-mail address, folded.

    Or a part of the phone number: see `shared.phones`.
    """
    phone: str | None = None
    """`text` parsed as a phone number (E.164): an account with this number matches too."""
    locked: bool | None = None
    """Whether wrong passwords have locked the account at `now`."""
    now: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    after: UserId | None = None
    """The last account of the previous page."""
    limit: int


class Users(Protocol):
    """The accounts of a database transaction."""

    async def add(self, user: User) -> None:
        """Add an account, or raise `EmailTaken` or `PhoneTaken` at once: a use case may look again."""
        ...

    async def get(self, user_id: UserId) -> User | None:
        """One account."""
        ...

    async def active_role(self, user_id: UserId) -> Role | None:
        """The role of the account; None if there is none, or it is not active. Cheaper than `get`."""
        ...

    async def lock(self, user_id: UserId) -> User | None:
        """Lock one account until the end of the database transaction."""
        ...

    async def by_login(self, login: str) -> User | None:
        """The account with this e-mail address (in its normal form) or phone number, not locked."""
        ...

    async def lock_all(self, user_ids: Collection[UserId]) -> Sequence[User]:
        """Lock the accounts that exist, until the end of the database transaction, and return them by id.

        They are locked in the order of their ids, so database transactions that lock several cannot deadlock.
        """
        ...

    async def save(self, user: User) -> None:
        """Replace an account that is locked, or raise `EmailTaken` or `PhoneTaken`."""
        ...


class UserReads(Protocol):
    """Reads of accounts, outside any database transaction."""

    async def get(self, user_id: UserId) -> User | None:
        """One account."""
        ...

    async def by_login(self, login: str) -> User | None:
        """The account with this e-mail address (in its normal form) or phone number."""
        ...

    async def to_erase(self, now: datetime, after: UserId | None, limit: int) -> Sequence[UserId]:
        """Accounts whose `erased_from` has come, and that are not erased: by id, after `after`, at most `limit`."""
        ...

    async def page(self, criteria: UserFilter) -> Sequence[User]:
        """The accounts that match, newest first; at most `limit`."""
        ...


class Sessions(Protocol):
    """The sessions of a database transaction."""

    async def add(self, session: Session) -> None:
        """Add a session."""
        ...

    async def lock(self, session_id: SessionId) -> Session | None:
        """Lock one session until the end of the database transaction."""
        ...

    async def lock_live(self, user_id: UserId, now: datetime) -> Sequence[Session]:
        """Lock a user's live sessions until the end of the database transaction, and return them by id."""
        ...

    async def save(self, session: Session) -> None:
        """Replace a session."""
        ...


@dataclass(frozen=True, slots=True)
class Holder:
    """The user of a live session, in their current role, their locale, and until when it is live if nothing ends it."""

    actor: Actor
    expires_at: datetime
    locale: str


class SessionReads(Protocol):
    """Reads of sessions, outside any database transaction."""

    async def get(self, session_id: SessionId) -> Session | None:
        """One session, ended or not."""
        ...

    async def holder(self, session_id: SessionId, now: datetime) -> Holder | None:
        """The holder of a session; None if it is not live, or the account cannot be used."""
        ...

    async def holders(self, session_ids: Collection[SessionId], now: datetime) -> Mapping[SessionId, Holder]:
        """The holder of each of these sessions that has one."""
        ...

    async def live(self, user_id: UserId, now: datetime, limit: int) -> Sequence[Session]:
        """A user's live sessions, the last used first; at most `limit`."""
        ...

    async def of_user(self, user_id: UserId, after: SessionId | None, limit: int) -> Sequence[Session]:
        """A user's stored sessions, live or ended, by id; those after `after`, at most `limit`."""
        ...


class LoginHistory(Protocol):
    """The attempts to sign in, in a database transaction."""

    async def add(self, login: Login) -> None:
        """Add an attempt."""
        ...


class LoginReads(Protocol):
    """Reads of attempts to sign in, outside any database transaction."""

    async def of_user(self, user_id: UserId, after: LoginId | None, limit: int) -> Sequence[Login]:
        """A user's attempts, newest first, those before `after`; at most `limit`."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords: slow on purpose, without blocking other requests."""

    async def hash(self, password: str) -> str:
        """A salted hash that includes its parameters."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches; without a hash, return False after the same time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token for the API, and the seconds until it expires."""

    text: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Bearer:
    """The actor and the session of an access token."""

    actor: Actor
    session_id: SessionId
    second_factor: bool = False
    """Whether the session began with two factors, or a second factor was confirmed in it."""
    pending: bool = False
    """Whether the profile of the account was not complete yet: the token serves to complete it, and for little else."""


class AccessTokens(Protocol):
    """Signed tokens that authenticate requests."""

    def issue(self, bearer: Bearer, now: datetime) -> AccessToken:
        """Issue a token."""
        ...

    def read(self, text: str, now: datetime) -> Bearer:
        """The bearer of a token, or raise `InvalidToken`."""
        ...


class RefreshTokens(Protocol):
    """Opaque tokens that name a session and prove its ownership."""

    def first(self, session_id: SessionId) -> RefreshToken:
        """The first token of a new family."""
        ...

    def seed(self) -> bytes:
        """Random bytes for `following`, to be stored with the session."""
        ...

    def following(self, token: RefreshToken, seed: bytes) -> RefreshToken:
        """The next token: deterministic in (token, seed); unguessable from either alone."""
        ...

    def read(self, text: str) -> RefreshToken:
        """Parse a token, which may never have been issued, or raise `InvalidToken`."""
        ...


class PhoneNumbers(Protocol):
    """Parses phone numbers as people write them, in the default country where they name none."""

    def parse(self, text: str) -> str:
        """The number in E.164, or raise `InvalidValue`; it need not be assigned."""
        ...

    def parse_reachable(self, text: str) -> str:
        """The number in E.164, or raise `InvalidValue` if no message reaches it, or one would cost the recipient extra.

        A landline gets no messages, an unassigned number neither. Where mobile numbers look like those of landlines,
        as in the United States, both are accepted.
        """
        ...

    def country(self, phone: str) -> str | None:
        """The country of a number in E.164, by ISO 3166-1; None if it has none, as satellite telephones."""
        ...


class SecurityLog(Protocol):
    """What an operator sees of attempts to sign in; it never holds a login, a code, a password or a token."""

    def login_failed(self, user_id: UserId | None, method: LoginMethod, client: Client) -> None:
        """An attempt to sign in failed; without a user where the login has no account."""
        ...

    def token_reused(self, session_id: SessionId, client: Client) -> None:
        """A refresh token was reused, and its session has ended."""
        ...


class IdentityRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def login_history(self) -> LoginHistory: ...
    @property
    def one_time_codes(self) -> OneTimeCodes: ...
    @property
    def code_history(self) -> CodeHistory: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def second_factors(self) -> SecondFactors: ...
    @property
    def phone_changes(self) -> ContactChanges: ...
    @property
    def email_changes(self) -> ContactChanges: ...
    @property
    def contact_edits(self) -> ContactEdits: ...
    @property
    def sign_ups(self) -> SignUps: ...
    @property
    def external_identities(self) -> ExternalIdentities: ...
    @property
    def used_assertions(self) -> UsedAssertions: ...
    @property
    def calendar_links(self) -> CalendarLinks: ...
    @property
    def bank_accounts(self) -> BankAccounts: ...
    @property
    def acceptances(self) -> Acceptances: ...
    @property
    def blocked_networks(self) -> BlockedNetworks: ...
    @property
    def remembered_devices(self) -> RememberedDevices: ...
    @property
    def known_clients(self) -> KnownClients: ...
    @property
    def passkeys(self) -> Passkeys: ...
    @property
    def handover(self) -> Handover: ...


class IdentityReadGroup(Protocol):
    """What this context adds to the reads outside any database transaction."""

    @property
    def users(self) -> UserReads: ...
    @property
    def sessions(self) -> SessionReads: ...
    @property
    def login_history(self) -> LoginReads: ...
    @property
    def credentials(self) -> CredentialReads: ...
    @property
    def code_history(self) -> CodeHistoryReads: ...
    @property
    def phone_changes(self) -> ContactChangeReads: ...
    @property
    def email_changes(self) -> ContactChangeReads: ...
    @property
    def contact_edits(self) -> ContactEditReads: ...
    @property
    def sign_ups(self) -> SignUpReads: ...
    @property
    def external_identities(self) -> ExternalIdentityReads: ...
    @property
    def calendar_links(self) -> CalendarLinkReads: ...
    @property
    def bank_accounts(self) -> BankAccountReads: ...
    @property
    def acceptances(self) -> AcceptanceReads: ...
    @property
    def blocked_networks(self) -> BlockedNetworkReads: ...
    @property
    def remembered_devices(self) -> RememberedDeviceReads: ...
    @property
    def known_clients(self) -> KnownClientReads: ...
    @property
    def passkeys(self) -> PasskeyReads: ...


class IdentityTx(IdentityRepositories, SharedRepositories, Protocol):
    """What the use cases of identity, and their executor, need of a database transaction."""


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(USER_LIFECYCLE,))
