"""What identity adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.identity.memory.bank_accounts import MemoryBankAccountReads, MemoryBankAccounts
from booking_domain.testing.identity.memory.blocked_networks import MemoryBlockedNetworkReads, MemoryBlockedNetworks
from booking_domain.testing.identity.memory.contact_changes import MemoryContactChangeReads, MemoryContactChanges
from booking_domain.testing.identity.memory.credentials import (
    MemoryCodeHistory,
    MemoryCodeHistoryReads,
    MemoryCredentialReads,
    MemoryCredentials,
    MemoryOneTimeCodes,
)
from booking_domain.testing.identity.memory.external_identities import (
    MemoryExternalIdentities,
    MemoryExternalIdentityReads,
    MemoryUsedAssertions,
)
from booking_domain.testing.identity.memory.known_clients import MemoryKnownClientReads, MemoryKnownClients
from booking_domain.testing.identity.memory.legal import MemoryAcceptanceReads, MemoryAcceptances
from booking_domain.testing.identity.memory.passkeys import MemoryPasskeyReads, MemoryPasskeys
from booking_domain.testing.identity.memory.remembered_devices import (
    MemoryRememberedDeviceReads,
    MemoryRememberedDevices,
)
from booking_domain.testing.identity.memory.second_factors import MemorySecondFactors
from booking_domain.testing.identity.memory.sign_ups import MemorySignUpReads, MemorySignUps
from booking_domain.testing.identity.memory.tables import EMAIL_CHANGES, PHONE_CHANGES
from booking_domain.testing.identity.memory.users import (
    MemoryCalendarLinkReads,
    MemoryCalendarLinks,
    MemoryLoginHistory,
    MemoryLoginReads,
    MemorySessionHolds,
    MemorySessionReads,
    MemorySessions,
    MemoryUserReads,
    MemoryUsers,
)
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State


class IdentityRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.users = MemoryUsers(state)
        self.sessions = MemorySessions(state)
        self.session_holds = MemorySessionHolds(state)
        self.login_history = MemoryLoginHistory(state)
        self.one_time_codes = MemoryOneTimeCodes(state)
        self.code_history = MemoryCodeHistory(state)
        self.credentials = MemoryCredentials(state)
        self.phone_changes = MemoryContactChanges(state, PHONE_CHANGES)
        self.email_changes = MemoryContactChanges(state, EMAIL_CHANGES)
        self.sign_ups = MemorySignUps(state)
        self.external_identities = MemoryExternalIdentities(state)
        self.used_assertions = MemoryUsedAssertions(state)
        self.second_factors = MemorySecondFactors(state)
        self.calendar_links = MemoryCalendarLinks(state)
        self.bank_accounts = MemoryBankAccounts(state)
        self.acceptances = MemoryAcceptances(state)
        self.blocked_networks = MemoryBlockedNetworks(state)
        self.remembered_devices = MemoryRememberedDevices(state)
        self.known_clients = MemoryKnownClients(state)
        self.passkeys = MemoryPasskeys(state)


class IdentityReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.users = MemoryUserReads(committed)
        self.sessions = MemorySessionReads(committed)
        self.login_history = MemoryLoginReads(committed)
        self.credentials = MemoryCredentialReads(committed)
        self.code_history = MemoryCodeHistoryReads(committed)
        self.phone_changes = MemoryContactChangeReads(committed, PHONE_CHANGES)
        self.email_changes = MemoryContactChangeReads(committed, EMAIL_CHANGES)
        self.sign_ups = MemorySignUpReads(committed)
        self.external_identities = MemoryExternalIdentityReads(committed)
        self.calendar_links = MemoryCalendarLinkReads(committed)
        self.bank_accounts = MemoryBankAccountReads(committed)
        self.acceptances = MemoryAcceptanceReads(committed)
        self.blocked_networks = MemoryBlockedNetworkReads(committed)
        self.remembered_devices = MemoryRememberedDeviceReads(committed)
        self.known_clients = MemoryKnownClientReads(committed)
        self.passkeys = MemoryPasskeyReads(committed)
