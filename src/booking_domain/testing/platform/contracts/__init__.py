"""The contracts of the ports in `booking_domain.use_cases`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.identity.handover import Handover
from booking_domain.shared.public_versions import PublicVersionReads
from booking_domain.testing.platform.contracts.handover import HandoverContract
from booking_domain.testing.platform.contracts.personal_data import PersonalDataContract
from booking_domain.testing.platform.contracts.public_versions import PublicVersionsContract
from booking_domain.use_cases.platform.personal_data import PersonalData

CONTRACTS: Final[dict[type, type]] = {
    Handover: HandoverContract,
    PersonalData: PersonalDataContract,
    PublicVersionReads: PublicVersionsContract,
}
