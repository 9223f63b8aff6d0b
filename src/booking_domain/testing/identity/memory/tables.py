"""The tables of accounts in memory."""

from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.blocked_networks import BlockedNetwork, BlockedNetworkId
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.code_history import IssuedCode
from booking_domain.identity.contact_changes import ContactChange
from booking_domain.identity.contact_edits import ContactEdit
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
from booking_domain.shared.ids import CodeId, ContactEditId, DeviceId, LoginId, SessionId, UserId
from booking_domain.testing.kit.tables import AccountHandover, State, Table, delete_key, delete_rows


def _end_factor(_: State, factors: dict[UserId, SecondFactor], account: AccountHandover) -> None:
    if not account.keep_factor:
        factors.pop(account.user_id, None)


USERS: Final = Table[UserId, User]("users")
"""The use case that deletes an account erases its row."""
SESSIONS: Final = Table[SessionId, Session](
    "sessions", refers=lambda row: ((USERS, row.user_id),), erase=delete_rows(lambda row: row.user_id)
)
LOGINS: Final = Table[LoginId, Login](
    "logins", refers=lambda row: ((USERS, row.user_id),), erase=delete_rows(lambda row: row.user_id)
)
ONE_TIME_CODES: Final = Table[tuple[bytes, CodePurpose], OneTimeCode](
    "one_time_codes",
    key=lambda row: (row.contact, row.purpose),
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
)
CODE_HISTORY: Final = Table[CodeId, IssuedCode](
    "code_history", refers=lambda row: ((USERS, row.user_id),), erase=delete_rows(lambda row: row.user_id)
)
WRONG_PASSWORDS: Final = Table[tuple[UUID, bytes], tuple[int, datetime]](
    "wrong_passwords", erase=delete_key(lambda key: key[0]), ends=True
)
"""By account and client; the key of all strangers is empty."""
PHONE_CHANGES: Final = Table[UserId, ContactChange](
    "phone_changes",
    key=lambda row: row.user_id,
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
EMAIL_CHANGES: Final = Table[UserId, ContactChange](
    "email_changes",
    key=lambda row: row.user_id,
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
CONTACT_EDITS: Final = Table[ContactEditId, ContactEdit](
    "contact_edits", refers=lambda row: ((USERS, row.user_id),), erase=delete_rows(lambda row: row.user_id)
)
SIGN_UPS: Final = Table[CodeId, SignUp]("sign_ups", key=lambda row: row.code_id)
EXTERNAL_IDENTITIES: Final = Table[tuple[IdentityProvider, str], ExternalIdentity](
    "external_identities",
    key=lambda row: (row.provider, row.subject),
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
USED_ASSERTIONS: Final = Table[bytes, datetime]("used_assertions")
SECOND_FACTORS: Final = Table[UserId, SecondFactor](
    "second_factors",
    key=lambda row: row.user_id,
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_key(lambda key: key),
    handover=_end_factor,
)
BANK_ACCOUNTS: Final = Table[UserId, BankAccount](
    "bank_accounts",
    key=lambda row: row.user_id,
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
CALENDAR_LINKS: Final = Table[UserId, CalendarLink](
    "calendar_links",
    key=lambda row: row.user_id,
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
ACCEPTANCES: Final = Table[tuple[UserId, LegalDocument, str], Acceptance](
    "acceptances",
    key=lambda row: (row.user_id, row.document, row.document_version),
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
)
BLOCKED_NETWORKS: Final = Table[BlockedNetworkId, BlockedNetwork]("blocked_networks")
REMEMBERED_DEVICES: Final = Table[DeviceId, RememberedDevice](
    "remembered_devices",
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
PASSKEYS: Final = Table[PasskeyId, Passkey](
    "passkeys", refers=lambda row: ((USERS, row.user_id),), erase=delete_rows(lambda row: row.user_id), ends=True
)
KNOWN_CLIENTS: Final = Table[tuple[UserId, bytes], KnownClient](
    "known_clients",
    key=lambda row: (row.user_id, row.token_digest),
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
)
PASSKEY_CHALLENGES: Final = Table[bytes, PasskeyChallenge](
    "passkey_challenges",
    key=lambda row: row.digest,
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
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
    CONTACT_EDITS,
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
