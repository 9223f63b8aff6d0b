"""The contracts of the ports in `booking_domain.identity`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.identity.bank_accounts import BankAccountReads, BankAccounts
from booking_domain.identity.blocked_networks import BlockedNetworkReads, BlockedNetworks
from booking_domain.identity.calendar_links import CalendarLinkReads, CalendarLinks
from booking_domain.identity.code_history import CodeHistory, CodeHistoryReads
from booking_domain.identity.contact_changes import ContactChangeReads, ContactChanges
from booking_domain.identity.contact_edits import ContactEditReads, ContactEdits
from booking_domain.identity.external_identities import ExternalIdentities, ExternalIdentityReads, UsedAssertions
from booking_domain.identity.known_clients import KnownClientReads, KnownClients
from booking_domain.identity.legal import AcceptanceReads, Acceptances
from booking_domain.identity.one_time_codes import OneTimeCodes, SecretCodes
from booking_domain.identity.passkeys import PasskeyCeremonies, PasskeyReads, Passkeys
from booking_domain.identity.passwords import CredentialReads, Credentials
from booking_domain.identity.ports import (
    AccessTokens,
    LoginHistory,
    LoginReads,
    PasswordHasher,
    PhoneNumbers,
    RefreshTokens,
    SessionReads,
    Sessions,
    UserReads,
    Users,
)
from booking_domain.identity.remembered_devices import RememberedDeviceReads, RememberedDevices
from booking_domain.identity.second_factor import SecondFactors, TimeCodes
from booking_domain.identity.sign_ups import SignUpReads, SignUps
from booking_domain.shared.session_holds import SessionHolds
from booking_domain.testing.identity.contracts.bank_accounts import BankAccountsContract
from booking_domain.testing.identity.contracts.blocked_networks import BlockedNetworksContract
from booking_domain.testing.identity.contracts.calendar_links import CalendarLinksContract
from booking_domain.testing.identity.contracts.code_history import CodeHistoryContract
from booking_domain.testing.identity.contracts.contact_changes import ContactChangesContract
from booking_domain.testing.identity.contracts.contact_edits import ContactEditsContract
from booking_domain.testing.identity.contracts.credentials import (
    CredentialsContract,
    OneTimeCodesContract,
    SecretCodesContract,
)
from booking_domain.testing.identity.contracts.external_identities import (
    ExternalIdentitiesContract,
    UsedAssertionsContract,
)
from booking_domain.testing.identity.contracts.known_clients import KnownClientsContract
from booking_domain.testing.identity.contracts.legal import AcceptancesContract
from booking_domain.testing.identity.contracts.not_me_links import NotMeTokensContract
from booking_domain.testing.identity.contracts.passkeys import PasskeyCeremoniesContract, PasskeysContract
from booking_domain.testing.identity.contracts.passwords import PasswordHasherContract
from booking_domain.testing.identity.contracts.phone_numbers import PhoneNumbersContract
from booking_domain.testing.identity.contracts.remembered_devices import RememberedDevicesContract
from booking_domain.testing.identity.contracts.second_factors import SecondFactorsContract, TimeCodesContract
from booking_domain.testing.identity.contracts.session_holds import SessionHoldsContract
from booking_domain.testing.identity.contracts.sessions import LoginHistoryContract, SessionsContract
from booking_domain.testing.identity.contracts.sign_ups import SignUpsContract
from booking_domain.testing.identity.contracts.tokens import AccessTokensContract, RefreshTokensContract
from booking_domain.testing.identity.contracts.unsubscribing import UnsubscribeTokensContract
from booking_domain.testing.identity.contracts.users import UsersContract
from booking_domain.use_cases.identity.not_me_links import NotMeTokens
from booking_domain.use_cases.identity.unsubscribe import UnsubscribeTokens

CONTRACTS: Final[dict[type, type]] = {
    AcceptanceReads: AcceptancesContract,
    Acceptances: AcceptancesContract,
    AccessTokens: AccessTokensContract,
    BankAccountReads: BankAccountsContract,
    BankAccounts: BankAccountsContract,
    BlockedNetworkReads: BlockedNetworksContract,
    BlockedNetworks: BlockedNetworksContract,
    CalendarLinkReads: CalendarLinksContract,
    CalendarLinks: CalendarLinksContract,
    CodeHistory: CodeHistoryContract,
    CodeHistoryReads: CodeHistoryContract,
    CredentialReads: CredentialsContract,
    Credentials: CredentialsContract,
    ExternalIdentities: ExternalIdentitiesContract,
    ExternalIdentityReads: ExternalIdentitiesContract,
    KnownClientReads: KnownClientsContract,
    KnownClients: KnownClientsContract,
    LoginHistory: LoginHistoryContract,
    LoginReads: LoginHistoryContract,
    NotMeTokens: NotMeTokensContract,
    OneTimeCodes: OneTimeCodesContract,
    PasskeyCeremonies: PasskeyCeremoniesContract,
    PasskeyReads: PasskeysContract,
    Passkeys: PasskeysContract,
    PasswordHasher: PasswordHasherContract,
    ContactChangeReads: ContactChangesContract,
    ContactChanges: ContactChangesContract,
    ContactEditReads: ContactEditsContract,
    ContactEdits: ContactEditsContract,
    PhoneNumbers: PhoneNumbersContract,
    RefreshTokens: RefreshTokensContract,
    RememberedDeviceReads: RememberedDevicesContract,
    RememberedDevices: RememberedDevicesContract,
    SecondFactors: SecondFactorsContract,
    SecretCodes: SecretCodesContract,
    SessionHolds: SessionHoldsContract,
    SessionReads: SessionsContract,
    Sessions: SessionsContract,
    SignUpReads: SignUpsContract,
    SignUps: SignUpsContract,
    TimeCodes: TimeCodesContract,
    UsedAssertions: UsedAssertionsContract,
    UnsubscribeTokens: UnsubscribeTokensContract,
    UserReads: UsersContract,
    Users: UsersContract,
}
