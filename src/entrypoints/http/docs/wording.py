"""What the OpenAPI document says about the resources: a text for each tag, and names of types."""

from typing import Final

from entrypoints.http.docs.examples import EXAMPLES
from entrypoints.http.docs.vocabulary import VOCABULARY
from entrypoints.http.kit.openapi.document import Wording

WORDING: Final = Wording(
    tags={
        "admin": "What admins see and decide.",
        "auth": "Registration, sign-in, second factors, sessions and codes.",
        "bookings": "Bookings: place, answer, reschedule, complete and cancel them.",
        "health": "Whether the server and its worker work.",
        "payments": "Payments of bookings.",
        "providers": "Profiles of providers, their free slots, earnings and consents.",
        "salons": "Salons, their members and their free slots.",
        "users": "The account of the caller: profile, export, deletion.",
        "webhooks": "What payment gateways, text message providers, mail servers and Telegram call.",
    },
    names={
        "AccountStatus": "AdminAccountStatus",
        "Anchoring": "SlotAnchoring",
        "AuditJson": "AuditLog",
        "BlockJson": "AvailabilityBlock",
        "DaysJson": "FreeDays",
        "EntryJson": "AuditEntry",
        "EventJson": "BookingEvent",
        "EventsJson": "BookingEvents",
        "ExceptionJson": "AvailabilityException",
        "Failure": "DeliveryFailure",
        "FeedsJson": "ExternalCalendars",
        "LoginsJson": "LoginHistory",
        "Preset": "CancellationPreset",
        "Purpose": "PaymentKind",
        "Reason": "DisablingReason",
        "RecoveryCodesJson": "NewRecoveryCodes",
        "ReplayedJson": "ReplayedDeliveries",
        "RuleJson": "AvailabilityRule",
        "RulesJson": "AvailabilityRules",
        "Side": "BookingSide",
        "SlotsJson": "FreeSlots",
        "Status": "BookingStatus",
        "WaitingJson": "WaitingListEntry",
        "WaitsJson": "WaitingList",
        "When": "BookingPeriod",
    },
    members=VOCABULARY,
    examples=EXAMPLES,
)
