"""What identity adds to the database in memory."""

from booking_domain.testing.identity.memory.bank_accounts import MemoryBankAccountReads, MemoryBankAccounts
from booking_domain.testing.identity.memory.blocked_networks import MemoryBlockedNetworkReads, MemoryBlockedNetworks
from booking_domain.testing.identity.memory.contact_changes import (
    MemoryEmailChangeReads,
    MemoryEmailChanges,
    MemoryPhoneChangeReads,
    MemoryPhoneChanges,
)
from booking_domain.testing.identity.memory.contact_edits import MemoryContactEditReads, MemoryContactEdits
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
from booking_domain.testing.kit.tables import Group, Part


class IdentityRepositories(Group):
    """The repositories of this context."""

    users = Part(MemoryUsers)
    sessions = Part(MemorySessions)
    session_holds = Part(MemorySessionHolds)
    login_history = Part(MemoryLoginHistory)
    one_time_codes = Part(MemoryOneTimeCodes)
    code_history = Part(MemoryCodeHistory)
    credentials = Part(MemoryCredentials)
    phone_changes = Part(MemoryPhoneChanges)
    email_changes = Part(MemoryEmailChanges)
    contact_edits = Part(MemoryContactEdits)
    sign_ups = Part(MemorySignUps)
    external_identities = Part(MemoryExternalIdentities)
    used_assertions = Part(MemoryUsedAssertions)
    second_factors = Part(MemorySecondFactors)
    calendar_links = Part(MemoryCalendarLinks)
    bank_accounts = Part(MemoryBankAccounts)
    acceptances = Part(MemoryAcceptances)
    blocked_networks = Part(MemoryBlockedNetworks)
    remembered_devices = Part(MemoryRememberedDevices)
    known_clients = Part(MemoryKnownClients)
    passkeys = Part(MemoryPasskeys)


class IdentityReads(Group):
    """The reads of this context."""

    users = Part(MemoryUserReads)
    sessions = Part(MemorySessionReads)
    login_history = Part(MemoryLoginReads)
    credentials = Part(MemoryCredentialReads)
    code_history = Part(MemoryCodeHistoryReads)
    phone_changes = Part(MemoryPhoneChangeReads)
    email_changes = Part(MemoryEmailChangeReads)
    contact_edits = Part(MemoryContactEditReads)
    sign_ups = Part(MemorySignUpReads)
    external_identities = Part(MemoryExternalIdentityReads)
    calendar_links = Part(MemoryCalendarLinkReads)
    bank_accounts = Part(MemoryBankAccountReads)
    acceptances = Part(MemoryAcceptanceReads)
    blocked_networks = Part(MemoryBlockedNetworkReads)
    remembered_devices = Part(MemoryRememberedDeviceReads)
    known_clients = Part(MemoryKnownClientReads)
    passkeys = Part(MemoryPasskeyReads)
