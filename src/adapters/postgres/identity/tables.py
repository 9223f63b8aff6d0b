"""Accounts, sessions, login history and means of signing in."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    not_,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.encryption import encrypted, parts_column
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, KEEP_FACTOR, Ended, Kept, NotExported, personal_data
from booking_domain.identity.contact_edits import ContactReason
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.legal import LegalDocument
from booking_domain.identity.model import Undeliverable, UserStatus
from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.identity.sessions import LoginMethod, LoginOutcome, Platform
from booking_domain.shared.actor import Role

ACCESS: Final = "reduced_access"
"""The channel of NOTIFY for the accounts whose access a transaction reduces. Triggers on `users` and `sessions` send
the account's id, so no writer can forget it."""


def _delete_unless_kept(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the second factor, which some roles keep."""
    return delete(table).where(owned, not_(KEEP_FACTOR))


# Columns that end in `_sealed` hold ciphertexts; `phone_index` is the keyed hash of the phone number, `phone_parts` has
# those of its parts.
users: Final = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, unique=True),
    encrypted("phone_sealed", field="users.phone", index="phone_index", parts="phone_parts"),
    Column("phone_index", LargeBinary, unique=True),
    parts_column("phone_parts"),
    Column("name", Text, nullable=False),
    Column("given_name", Text),
    Column("family_name", Text),
    encrypted("birth_date_sealed", field="users.birth_date"),
    encrypted("address_sealed", field="users.address"),
    Column("picture", JSONB),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("password_hash", Text),
    instant("created_at"),
    instant("email_verified_at", nullable=True),
    instant("email_undeliverable_at", nullable=True),
    Column("email_undeliverable_reason", Text),
    instant("phone_verified_at", nullable=True),
    Column("version", Integer, nullable=False),
    # Missing keys have the defaults of `Preferences`.
    Column("preferences", JSONB, nullable=False, server_default=sql("'{}'::jsonb")),
    instant("deleted_at", nullable=True),
    instant("erased_at", nullable=True),
    # The contact that an admin entered, until it is verified.
    Column("entered_channel", Text),
    instant("entered_usable_from", nullable=True),
    instant("taken_over_at", nullable=True),
    one_of("role", Role),
    one_of("status", UserStatus),
    one_of("email_undeliverable_reason", Undeliverable),
    one_of("entered_channel", ContactChannel),
    CheckConstraint("(entered_channel IS NULL) = (entered_usable_from IS NULL)", name="entered"),
    Index("users_to_erase_idx", "id", postgresql_where=sql("status IN ('deleted', 'pending') AND erased_at IS NULL")),
    Index("users_monthly_report_idx", "id", postgresql_where=sql("(preferences ->> 'monthly_report') = 'true'")),
    info=personal_data(
        "id",
        erase=Kept("the domain empties the row; other rows refer to it"),
        handover=Kept("`User.taken_over` leaves the row to the owner; texts and settings are seen in the profile"),
        export="account",
    ),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_digest", LargeBinary, nullable=False),
    instant("created_at"),
    instant("expires_at"),
    instant("ended_at", nullable=True),
    Column("family_digest", LargeBinary, nullable=False),
    Column("previous_digest", LargeBinary),
    Column("seed", LargeBinary),
    instant("last_used_at"),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("second_factor", Boolean, nullable=False),
    Column("platform", Text, nullable=False, server_default="other"),
    # Without a reference: the device may be forgotten.
    Column("device_id", Uuid),
    one_of("platform", Platform),
    Index("sessions_expires_at_idx", "expires_at"),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("`take_over` ends all sessions but the owner's; the owner sees the others"),
        export="sessions",
    ),
)

# `user_id` is null for an attempt to sign in to an unknown account.
login_history: Final = Table(
    "login_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id")),
    instant("at"),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("platform", Text, nullable=False, server_default="other"),
    one_of("platform", Platform),
    one_of("method", LoginMethod),
    one_of("outcome", LoginOutcome),
    Index("login_history_user_id_id_idx", "user_id", "id"),
    Index("login_history_at_idx", "at"),
    info=personal_data(
        "user_id", erase=DELETE, handover=Kept("the owner sees who signed in before"), export="login_history"
    ),
)

# The last code per contact and purpose. The code is an HMAC of `id`; it is not stored. A contact is stored as a digest,
# because it may belong to a person without an account.
one_time_codes: Final = Table(
    "one_time_codes",
    metadata,
    Column("contact", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id")),
    instant("issued_at"),
    instant("expires_at"),
    Column("guesses_left", Integer, nullable=False),
    instant("day_began"),
    Column("issued_that_day", Integer, nullable=False),
    PrimaryKeyConstraint("contact", "purpose"),
    one_of("purpose", CodePurpose),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("a code is good for a contact that the account still has, and was sent there"),
        export=NotExported("a random id that is kept for minutes"),
    ),
)

# The codes that were issued, for admins. `user_id` is null for a contact without an account, and for a sign-up.
code_history: Final = Table(
    "code_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id")),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("to_masked", Text, nullable=False),
    instant("issued_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
    Column("wrong_guesses", Integer, nullable=False),
    one_of("purpose", CodePurpose),
    one_of("channel", ContactChannel),
    Index("code_history_user_id_id_idx", "user_id", "id"),
    Index("code_history_issued_at_idx", "issued_at"),
    info=personal_data("user_id", erase=DELETE, handover=Kept("for admins: which codes were sent"), export="codes"),
)


def _contact_changes(name: str, contact: str, not_exported: str) -> Table:
    """The pending changes of a contact: the new one, and the former one."""
    return Table(
        name,
        metadata,
        Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
        encrypted(f"{contact}_sealed", field=f"{name}.{contact}", nullable=False),
        encrypted("former_sealed", field=f"{name}.former"),
        Column("code_id", Uuid, nullable=False),
        instant("asked_at"),
        instant("day_began"),
        Column("asked_that_day", Integer, nullable=False),
        info=personal_data("user_id", erase=DELETE, handover=ENDED, export=NotExported(not_exported)),
    )


phone_changes: Final = _contact_changes(
    "phone_changes", "phone", "a number that the user has just typed, kept for a day"
)
email_changes: Final = _contact_changes(
    "email_changes", "email", "an address that the user has just typed, kept for a day"
)

# Contacts that an admin has replaced, for a week: until then they can be restored.
contact_edits: Final = Table(
    "contact_edits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    encrypted("former_sealed", field="contact_edits.former"),
    instant("former_verified_at", nullable=True),
    Column("reason", Text, nullable=False),
    # Without a reference: the account of an admin, which the audit log names too.
    Column("edited_by", Uuid, nullable=False),
    instant("edited_at"),
    instant("restored_at", nullable=True),
    one_of("channel", ContactChannel),
    one_of("reason", ContactReason),
    Index("contact_edits_edited_at_idx", "edited_at"),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("the owner from before can restore the contact that an admin replaced"),
        export=NotExported("a former contact, kept for a week to restore it; its owner was told"),
    ),
)

# Contacts that wait for the code of a sign-up. They belong to no account yet; a row is removed when its code expires.
sign_ups: Final = Table(
    "sign_ups",
    metadata,
    Column("code_id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    encrypted("address_sealed", field="sign_ups.address", nullable=False),
    Column("locale", Text, nullable=False),
    instant("expires_at"),
    one_of("channel", ContactChannel),
    Index("sign_ups_expires_at_idx", "expires_at"),
)

# Consecutive wrong passwords of all strangers per account. Logins without an account are counted under an id derived
# from them.
wrong_passwords: Final = Table(
    "wrong_passwords",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("times", Integer, nullable=False),
    instant("last_at"),
    info=personal_data("account", erase=DELETE, handover=ENDED, export=NotExported("a count that is kept for a day")),
)

# Consecutive wrong passwords per account and client, of which a digest is stored.
wrong_passwords_of_clients: Final = Table(
    "wrong_passwords_of_clients",
    metadata,
    Column("account", Uuid, nullable=False),
    Column("client", LargeBinary, nullable=False),
    Column("times", Integer, nullable=False),
    instant("last_at"),
    PrimaryKeyConstraint("account", "client"),
    info=personal_data("account", erase=DELETE, handover=ENDED, export=NotExported("a count that is kept for a day")),
)

# The account that a user has at another service.
external_identities: Final = Table(
    "external_identities",
    metadata,
    Column("provider", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    instant("linked_at"),
    instant("unreachable_since", nullable=True),
    PrimaryKeyConstraint("provider", "subject"),
    UniqueConstraint("user_id", "provider"),
    one_of("provider", IdentityProvider),
    info=personal_data("user_id", erase=DELETE, handover=ENDED, export="identities"),
)

# Assertions are accepted once; each row is kept while its assertion would otherwise be valid.
used_assertions: Final = Table(
    "used_assertions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    instant("good_until"),
    Index("used_assertions_good_until_idx", "good_until"),
)

# At most one second factor per user: its secret, and the secret that is being set up.
totp_factors: Final = Table(
    "totp_factors",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    encrypted("secret_sealed", field="totp_factors.secret"),
    encrypted("new_secret_sealed", field="totp_factors.new_secret"),
    instant("confirmed_at", nullable=True),
    Column("last_step", BigInteger),
    Column("wrong_in_a_row", Integer, nullable=False),
    instant("last_wrong_at", nullable=True),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Ended(_delete_unless_kept),
        export=NotExported("a secret, and when it was used"),
    ),
)

# Unused recovery codes.
recovery_codes: Final = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Uuid, ForeignKey("totp_factors.user_id"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("user_id", "digest"),
    info=personal_data(
        "user_id", erase=DELETE, handover=Ended(_delete_unless_kept), export=NotExported("digests of secrets")
    ),
)

# A calendar link gives read access to the calendar of its user.
calendar_links: Final = Table(
    "calendar_links",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    instant("created_at"),
    info=personal_data("user_id", erase=DELETE, handover=ENDED, export=NotExported("the digest of a secret")),
)

# The bank account that a user's refunds are transferred to.
bank_accounts: Final = Table(
    "bank_accounts",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    # Of these details; the default serves the previous version.
    Column("id", Uuid, nullable=False, server_default=sql("gen_random_uuid()")),
    encrypted("details_sealed", field="bank_accounts.details", nullable=False),
    instant("updated_at"),
    instant("confirmed_at", nullable=True),
    instant("frozen_at", nullable=True),
    Column("version", Integer, nullable=False),
    info=personal_data("user_id", erase=DELETE, handover=ENDED, export="bank_account"),
)

# The versions of the legal documents that a user has accepted.
acceptances: Final = Table(
    "acceptances",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("document", Text, nullable=False),
    Column("document_version", Text, nullable=False),
    instant("accepted_at"),
    PrimaryKeyConstraint("user_id", "document", "document_version"),
    one_of("document", LegalDocument),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("what was accepted in the account, and when; the owner is asked for new versions"),
        export="acceptances",
    ),
)

# Networks whose requests are refused: an address or a range in CIDR notation. The audit log has who blocked them.
blocked_networks: Final = Table(
    "blocked_networks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("network", Text, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    instant("blocked_at"),
    instant("expires_at", nullable=True),
)

# Devices whose token takes the place of the second factor. The token is stored as a digest.
remembered_devices: Final = Table(
    "remembered_devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_digest", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("platform", Text, nullable=False),
    instant("created_at"),
    instant("last_used_at"),
    instant("expires_at"),
    one_of("platform", Platform),
    Index("remembered_devices_expires_at_idx", "expires_at"),
    info=personal_data("user_id", erase=DELETE, handover=ENDED, export="remembered_devices"),
)

# Clients that have signed in to an account. Their token and their network are stored as digests.
known_clients: Final = Table(
    "known_clients",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("token_digest", LargeBinary, nullable=False),
    Column("network_digest", LargeBinary, nullable=False),
    # Without a reference: old sessions are removed.
    Column("session_id", Uuid, nullable=False),
    instant("last_used_at"),
    instant("expires_at"),
    PrimaryKeyConstraint("user_id", "token_digest"),
    Index("known_clients_expires_at_idx", "expires_at"),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("`take_over` forgets all but the owner's"),
        export=NotExported("digests of random tokens and of networks"),
    ),
)

# Public keys of passkeys; the private ones stay on the devices.
passkeys: Final = Table(
    "passkeys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("second_factor", Boolean, nullable=False),
    instant("created_at"),
    instant("last_used_at", nullable=True),
    info=personal_data("user_id", erase=DELETE, handover=ENDED, export="passkeys"),
)

# Challenges that wait for the response of a passkey. `user_id` is null for a sign-in.
passkey_challenges: Final = Table(
    "passkey_challenges",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id")),
    instant("expires_at"),
    Index("passkey_challenges_expires_at_idx", "expires_at"),
    info=personal_data(
        "user_id", erase=DELETE, handover=ENDED, export=NotExported("the digest of a random text, for five minutes")
    ),
)
