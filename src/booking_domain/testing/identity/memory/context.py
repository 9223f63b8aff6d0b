"""What identity adds to the database in memory."""

from typing import Final

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

    users: Final = Part(MemoryUsers)
    sessions: Final = Part(MemorySessions)
    session_holds: Final = Part(MemorySessionHolds)
    login_history: Final = Part(MemoryLoginHistory)
    one_time_codes: Final = Part(MemoryOneTimeCodes)
    code_history: Final = Part(MemoryCodeHistory)
    credentials: Final = Part(MemoryCredentials)
    phone_changes: Final = Part(MemoryPhoneChanges)
    email_changes: Final = Part(MemoryEmailChanges)
    contact_edits: Final = Part(MemoryContactEdits)
    sign_ups: Final = Part(MemorySignUps)
    external_identities: Final = Part(MemoryExternalIdentities)
    used_assertions: Final = Part(MemoryUsedAssertions)
    second_factors: Final = Part(MemorySecondFactors)
    calendar_links: Final = Part(MemoryCalendarLinks)
    bank_accounts: Final = Part(MemoryBankAccounts)
    acceptances: Final = Part(MemoryAcceptances)
    blocked_networks: Final = Part(MemoryBlockedNetworks)
    remembered_devices: Final = Part(MemoryRememberedDevices)
    known_clients: Final = Part(MemoryKnownClients)
    passkeys: Final = Part(MemoryPasskeys)


class IdentityReads(Group):
    """The reads of this context."""

    users: Final = Part(MemoryUserReads)
    sessions: Final = Part(MemorySessionReads)
    login_history: Final = Part(MemoryLoginReads)
    credentials: Final = Part(MemoryCredentialReads)
    code_history: Final = Part(MemoryCodeHistoryReads)
    phone_changes: Final = Part(MemoryPhoneChangeReads)
    email_changes: Final = Part(MemoryEmailChangeReads)
    contact_edits: Final = Part(MemoryContactEditReads)
    sign_ups: Final = Part(MemorySignUpReads)
    external_identities: Final = Part(MemoryExternalIdentityReads)
    calendar_links: Final = Part(MemoryCalendarLinkReads)
    bank_accounts: Final = Part(MemoryBankAccountReads)
    acceptances: Final = Part(MemoryAcceptanceReads)
    blocked_networks: Final = Part(MemoryBlockedNetworkReads)
    remembered_devices: Final = Part(MemoryRememberedDeviceReads)
    known_clients: Final = Part(MemoryKnownClientReads)
    passkeys: Final = Part(MemoryPasskeyReads)
