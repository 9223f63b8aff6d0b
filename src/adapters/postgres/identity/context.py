"""What identity brings to the adapter."""

from functools import partial
from typing import Final

from adapters.postgres.identity import tables
from adapters.postgres.identity.bank_accounts import PostgresBankAccountReads, PostgresBankAccounts
from adapters.postgres.identity.blocked_networks import PostgresBlockedNetworkReads, PostgresBlockedNetworks
from adapters.postgres.identity.calendar_links import PostgresCalendarLinkReads, PostgresCalendarLinks
from adapters.postgres.identity.contact_changes import (
    OF_EMAILS,
    OF_PHONES,
    PostgresContactChangeReads,
    PostgresContactChanges,
)
from adapters.postgres.identity.contact_edits import PostgresContactEditReads, PostgresContactEdits
from adapters.postgres.identity.credentials import PostgresCredentialReads, PostgresCredentials
from adapters.postgres.identity.external_identities import (
    PostgresExternalIdentities,
    PostgresExternalIdentityReads,
    PostgresUsedAssertions,
)
from adapters.postgres.identity.known_clients import PostgresKnownClientReads, PostgresKnownClients
from adapters.postgres.identity.legal import PostgresAcceptanceReads, PostgresAcceptances
from adapters.postgres.identity.one_time_codes import (
    PostgresCodeHistory,
    PostgresCodeHistoryReads,
    PostgresOneTimeCodes,
)
from adapters.postgres.identity.passkeys import PostgresPasskeyReads, PostgresPasskeys
from adapters.postgres.identity.remembered_devices import PostgresRememberedDeviceReads, PostgresRememberedDevices
from adapters.postgres.identity.second_factors import PostgresSecondFactors
from adapters.postgres.identity.sessions import (
    PostgresLoginHistory,
    PostgresLoginReads,
    PostgresSessionHolds,
    PostgresSessionReads,
    PostgresSessions,
)
from adapters.postgres.identity.sign_ups import PostgresSignUpReads, PostgresSignUps
from adapters.postgres.identity.users import TAKEN, PostgresUserReads, PostgresUsers
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from booking_domain.identity.blocked_networks import NetworkBlockedAlready
from booking_domain.identity.passkeys import PasskeyTaken
from booking_domain.shared.errors import ConcurrentChange

CONTEXT: Final = PostgresContext(
    tables=(
        tables.users,
        tables.sessions,
        tables.login_history,
        tables.one_time_codes,
        tables.code_history,
        tables.wrong_passwords,
        tables.wrong_passwords_of_clients,
        tables.phone_changes,
        tables.email_changes,
        tables.contact_edits,
        tables.sign_ups,
        tables.external_identities,
        tables.used_assertions,
        tables.recovery_codes,
        tables.totp_factors,
        tables.calendar_links,
        tables.bank_accounts,
        tables.acceptances,
        tables.blocked_networks,
        tables.remembered_devices,
        tables.known_clients,
        tables.passkeys,
        tables.passkey_challenges,
    ),
    conflicts={
        "passkeys_credential_id_key": PasskeyTaken,
        "blocked_networks_network_key": NetworkBlockedAlready,
        **TAKEN,
        "external_identities_pkey": lambda: ConcurrentChange(what="identity"),
        "external_identities_user_id_provider_key": lambda: ConcurrentChange(what="identity"),
    },
)


class IdentityRepositories(RepositoryGroup):
    """The repositories of this context."""

    users = part_with_cipher(PostgresUsers)
    sessions = part(PostgresSessions)
    session_holds = part(PostgresSessionHolds)
    login_history = part(PostgresLoginHistory)
    one_time_codes = part(PostgresOneTimeCodes)
    code_history = part(PostgresCodeHistory)
    credentials = part(PostgresCredentials)
    phone_changes = part_with_cipher(partial(PostgresContactChanges, statements=OF_PHONES))
    email_changes = part_with_cipher(partial(PostgresContactChanges, statements=OF_EMAILS))
    contact_edits = part_with_cipher(PostgresContactEdits)
    sign_ups = part_with_cipher(PostgresSignUps)
    external_identities = part(PostgresExternalIdentities)
    used_assertions = part(PostgresUsedAssertions)
    second_factors = part_with_cipher(PostgresSecondFactors)
    calendar_links = part(PostgresCalendarLinks)
    bank_accounts = part_with_cipher(PostgresBankAccounts)
    acceptances = part(PostgresAcceptances)
    blocked_networks = part(PostgresBlockedNetworks)
    remembered_devices = part(PostgresRememberedDevices)
    known_clients = part(PostgresKnownClients)
    passkeys = part(PostgresPasskeys)


class IdentityReads(ReadGroup):
    """The reads of this context."""

    users = part_with_cipher(PostgresUserReads)
    sessions = part(PostgresSessionReads)
    login_history = part(PostgresLoginReads)
    credentials = part(PostgresCredentialReads)
    code_history = part(PostgresCodeHistoryReads)
    phone_changes = part_with_cipher(partial(PostgresContactChangeReads, statements=OF_PHONES))
    email_changes = part_with_cipher(partial(PostgresContactChangeReads, statements=OF_EMAILS))
    contact_edits = part_with_cipher(PostgresContactEditReads)
    sign_ups = part_with_cipher(PostgresSignUpReads)
    external_identities = part(PostgresExternalIdentityReads)
    calendar_links = part(PostgresCalendarLinkReads)
    bank_accounts = part_with_cipher(PostgresBankAccountReads)
    acceptances = part(PostgresAcceptanceReads)
    blocked_networks = part(PostgresBlockedNetworkReads)
    remembered_devices = part(PostgresRememberedDeviceReads)
    known_clients = part(PostgresKnownClientReads)
    passkeys = part(PostgresPasskeyReads)
