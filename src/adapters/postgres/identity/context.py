"""What identity brings to the adapter."""

from typing import Final

from adapters.postgres.identity.bank_accounts import PostgresBankAccountReads, PostgresBankAccounts
from adapters.postgres.identity.blocked_networks import PostgresBlockedNetworkReads, PostgresBlockedNetworks
from adapters.postgres.identity.calendar_links import PostgresCalendarLinkReads, PostgresCalendarLinks
from adapters.postgres.identity.contact_changes import (
    OF_EMAILS,
    OF_PHONES,
    PostgresContactChangeReads,
    PostgresContactChanges,
)
from adapters.postgres.identity.credentials import PostgresCredentialReads, PostgresCredentials
from adapters.postgres.identity.external_identities import (
    PostgresExternalIdentities,
    PostgresExternalIdentityReads,
    PostgresUsedAssertions,
)
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
    PostgresSessionReads,
    PostgresSessions,
)
from adapters.postgres.identity.sign_ups import PostgresSignUpReads, PostgresSignUps
from adapters.postgres.identity.tables import (
    acceptances,
    bank_accounts,
    blocked_networks,
    calendar_links,
    code_history,
    email_changes,
    external_identities,
    login_history,
    one_time_codes,
    passkey_challenges,
    passkeys,
    phone_changes,
    recovery_codes,
    remembered_devices,
    sessions,
    sign_ups,
    totp_factors,
    used_assertions,
    users,
    wrong_passwords,
)
from adapters.postgres.identity.users import TAKEN, PostgresUserReads, PostgresUsers
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from booking_domain.identity.blocked_networks import NetworkBlockedAlready
from booking_domain.identity.passkeys import PasskeyTaken
from booking_domain.shared.errors import ConcurrentChange

CONTEXT: Final = Context(
    tables=(
        users,
        sessions,
        login_history,
        one_time_codes,
        code_history,
        wrong_passwords,
        phone_changes,
        email_changes,
        sign_ups,
        external_identities,
        used_assertions,
        recovery_codes,
        totp_factors,
        calendar_links,
        bank_accounts,
        acceptances,
        blocked_networks,
        remembered_devices,
        passkeys,
        passkey_challenges,
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

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.users = PostgresUsers(work, cipher)
        self.sessions = PostgresSessions(work)
        self.login_history = PostgresLoginHistory(work)
        self.one_time_codes = PostgresOneTimeCodes(work)
        self.code_history = PostgresCodeHistory(work)
        self.credentials = PostgresCredentials(work)
        self.phone_changes = PostgresContactChanges(work, cipher, OF_PHONES)
        self.email_changes = PostgresContactChanges(work, cipher, OF_EMAILS)
        self.sign_ups = PostgresSignUps(work, cipher)
        self.external_identities = PostgresExternalIdentities(work)
        self.used_assertions = PostgresUsedAssertions(work)
        self.second_factors = PostgresSecondFactors(work, cipher)
        self.calendar_links = PostgresCalendarLinks(work)
        self.bank_accounts = PostgresBankAccounts(work, cipher)
        self.acceptances = PostgresAcceptances(work)
        self.blocked_networks = PostgresBlockedNetworks(work)
        self.remembered_devices = PostgresRememberedDevices(work)
        self.passkeys = PostgresPasskeys(work)


class IdentityReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.users = PostgresUserReads(source.statements, source.cipher)
        self.sessions = PostgresSessionReads(source.statements)
        self.login_history = PostgresLoginReads(source.statements)
        self.credentials = PostgresCredentialReads(source.statements)
        self.code_history = PostgresCodeHistoryReads(source.statements)
        self.phone_changes = PostgresContactChangeReads(source.statements, source.cipher, OF_PHONES)
        self.email_changes = PostgresContactChangeReads(source.statements, source.cipher, OF_EMAILS)
        self.sign_ups = PostgresSignUpReads(source.statements, source.cipher)
        self.external_identities = PostgresExternalIdentityReads(source.statements)
        self.calendar_links = PostgresCalendarLinkReads(source.statements)
        self.bank_accounts = PostgresBankAccountReads(source.statements, source.cipher)
        self.acceptances = PostgresAcceptanceReads(source.statements)
        self.blocked_networks = PostgresBlockedNetworkReads(source.statements)
        self.remembered_devices = PostgresRememberedDeviceReads(source.statements)
        self.passkeys = PostgresPasskeyReads(source.statements)
