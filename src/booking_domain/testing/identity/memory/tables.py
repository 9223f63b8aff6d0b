"""The tables of accounts in memory."""

from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.blocked_networks import BlockedNetwork, BlockedNetworkId
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.code_history import IssuedCode
from booking_domain.identity.contact_changes import ContactChange
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.known_clients import KnownClient
from booking_domain.identity.legal import Acceptance, LegalDocument
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CodePurpose, OneTimeCode
from booking_domain.identity.passkeys import Passkey, PasskeyChallenge, PasskeyId
from booking_domain.identity.remembered_devices import RememberedDevice
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.identity.sessions import Login, Session
from booking_domain.identity.sign_ups import SignUp
from booking_domain.shared.ids import CodeId, DeviceId, LoginId, SessionId, UserId
from booking_domain.testing.kit.tables import Handed, MissingRow, State, Table, delete_key, delete_rows, ended


def _end_factor(_: State, factors: dict[UserId, SecondFactor], handed: Handed) -> None:
    if not handed.keep_factor:
        factors.pop(handed.user_id, None)


USERS: Final = Table[UserId, User]("users")
"""The use case that deletes an account erases its row."""
SESSIONS: Final = Table[SessionId, Session]("sessions", erase=delete_rows(lambda row: row.user_id))
LOGINS: Final = Table[LoginId, Login]("logins", erase=delete_rows(lambda row: row.user_id))
ONE_TIME_CODES: Final = Table[tuple[bytes, CodePurpose], OneTimeCode](
    "one_time_codes", erase=delete_rows(lambda row: row.user_id)
)
CODE_HISTORY: Final = Table[CodeId, IssuedCode]("code_history", erase=delete_rows(lambda row: row.user_id))
WRONG_PASSWORDS: Final = Table[tuple[UUID, bytes], tuple[int, datetime]](
    "wrong_passwords", erase=delete_key(lambda key: key[0]), handover=ended(delete_key(lambda key: key[0]))
)
"""By account and client; the key of all strangers is empty."""
PHONE_CHANGES: Final = Table[UserId, ContactChange](
    "phone_changes", erase=delete_rows(lambda row: row.user_id), handover=ended(delete_rows(lambda row: row.user_id))
)
EMAIL_CHANGES: Final = Table[UserId, ContactChange](
    "email_changes", erase=delete_rows(lambda row: row.user_id), handover=ended(delete_rows(lambda row: row.user_id))
)
SIGN_UPS: Final = Table[CodeId, SignUp]("sign_ups")
EXTERNAL_IDENTITIES: Final = Table[tuple[IdentityProvider, str], ExternalIdentity](
    "external_identities",
    erase=delete_rows(lambda row: row.user_id),
    handover=ended(delete_rows(lambda row: row.user_id)),
)
USED_ASSERTIONS: Final = Table[bytes, datetime]("used_assertions")
SECOND_FACTORS: Final = Table[UserId, SecondFactor](
    "second_factors", erase=delete_key(lambda key: key), handover=_end_factor
)
BANK_ACCOUNTS: Final = Table[UserId, BankAccount](
    "bank_accounts", erase=delete_rows(lambda row: row.user_id), handover=ended(delete_rows(lambda row: row.user_id))
)
CALENDAR_LINKS: Final = Table[UserId, CalendarLink](
    "calendar_links", erase=delete_rows(lambda row: row.user_id), handover=ended(delete_rows(lambda row: row.user_id))
)
ACCEPTANCES: Final = Table[tuple[UserId, LegalDocument, str], Acceptance](
    "acceptances", erase=delete_rows(lambda row: row.user_id)
)
BLOCKED_NETWORKS: Final = Table[BlockedNetworkId, BlockedNetwork]("blocked_networks")
REMEMBERED_DEVICES: Final = Table[DeviceId, RememberedDevice](
    "remembered_devices",
    erase=delete_rows(lambda row: row.user_id),
    handover=ended(delete_rows(lambda row: row.user_id)),
)
PASSKEYS: Final = Table[PasskeyId, Passkey](
    "passkeys", erase=delete_rows(lambda row: row.user_id), handover=ended(delete_rows(lambda row: row.user_id))
)
KNOWN_CLIENTS: Final = Table[tuple[UserId, bytes], KnownClient](
    "known_clients", erase=delete_rows(lambda row: row.user_id)
)
PASSKEY_CHALLENGES: Final = Table[bytes, PasskeyChallenge](
    "passkey_challenges",
    erase=delete_rows(lambda row: row.user_id),
    handover=ended(delete_rows(lambda row: row.user_id)),
)

TABLES: Final = (
    USERS,
    SESSIONS,
    LOGINS,
    ONE_TIME_CODES,
    CODE_HISTORY,
    WRONG_PASSWORDS,
    PHONE_CHANGES,
    EMAIL_CHANGES,
    SIGN_UPS,
    EXTERNAL_IDENTITIES,
    USED_ASSERTIONS,
    SECOND_FACTORS,
    CALENDAR_LINKS,
    BANK_ACCOUNTS,
    ACCEPTANCES,
    BLOCKED_NETWORKS,
    REMEMBERED_DEVICES,
    KNOWN_CLIENTS,
    PASSKEYS,
    PASSKEY_CHALLENGES,
)


def require_user(state: State, user_id: UUID) -> None:
    """Check a reference to a user.

    Raises:
        MissingRow: the user does not exist.
    """
    if user_id not in state[USERS]:
        raise MissingRow(f"there is no user {user_id}")
