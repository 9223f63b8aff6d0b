"""The JSON of consents and consent codes."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.bookings.consents import MAX_CODE_LENGTH, ConsentCode, ConsentStatus, ConsentView
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.consents import GrantConsent
from entrypoints.http.kit.cursors import Page
from entrypoints.http.kit.exporting import items
from entrypoints.http.kit.fields import Body, Json, Timestamp, one_of
from entrypoints.http.kit.projection import projection


class GrantConsentBody(Body, frozen=True, kw_only=True):
    """The provider, and the code that they gave to the caller."""

    provider_id: ProviderId
    code: Annotated[str, Meta(min_length=1, max_length=MAX_CODE_LENGTH)]

    def command(self) -> GrantConsent:
        """Return the command."""
        return GrantConsent(provider_id=self.provider_id, code=self.code)


class ConsentCodeJson(Json, frozen=True, kw_only=True):
    """The code that a provider gives to customers."""

    provider_id: UUID
    code: str
    created_at: Timestamp


class ConsentedProviderJson(Json, frozen=True, kw_only=True):
    """The provider of a consent."""

    id: UUID
    display_name: str


class ConsentingCustomerJson(Json, frozen=True, kw_only=True):
    """The customer of a consent."""

    id: UUID
    name: str


class GivenConsentJson(Json, frozen=True, kw_only=True):
    """A consent as its customer sees it: `granted` or `revoked`."""

    provider: ConsentedProviderJson
    status: Annotated[str, one_of(ConsentStatus)]
    changed_at: Timestamp
    created_at: Timestamp


class ReceivedConsentJson(Json, frozen=True, kw_only=True):
    """A consent as its provider sees it: `granted` or `revoked`."""

    customer: ConsentingCustomerJson
    status: Annotated[str, one_of(ConsentStatus)]
    changed_at: Timestamp
    created_at: Timestamp


class GivenConsentsJson(Page[GivenConsentJson], frozen=True, kw_only=True):
    """A page of the caller's consents."""


class ReceivedConsentsJson(Page[ReceivedConsentJson], frozen=True, kw_only=True):
    """A page of the consents about the caller as a provider."""


code_json: Final = projection(ConsentCode, ConsentCodeJson)
"""Show a code to its provider."""


def given_json(view: ConsentView) -> GivenConsentJson:
    """Show a consent to its customer."""
    consent = view.consent
    return GivenConsentJson(
        provider=ConsentedProviderJson(id=consent.provider_id, display_name=view.provider_name),
        status=consent.status.value,
        changed_at=consent.changed_at,
        created_at=consent.created_at,
    )


def received_json(view: ConsentView) -> ReceivedConsentJson:
    """Show a consent to its provider."""
    consent = view.consent
    return ReceivedConsentJson(
        customer=ConsentingCustomerJson(id=consent.customer_id, name=view.customer_name),
        status=consent.status.value,
        changed_at=consent.changed_at,
        created_at=consent.created_at,
    )


CONSENTS: Final = items(
    "booking_consents",
    GivenConsentJson,
    lambda source, after: source.reads.booking_consents.of_customer(source.user.id, after, source.page),
    given_json,
    about="The providers who may book for the user.",
)
"""The section of the export."""


# Examples for the API's documentation.
CODE: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "code": "7F3K9QXW2M",
    "createdAt": "2026-11-20T03:15:00Z",
}
GRANT: Final[dict[str, Any]] = {"providerId": CODE["providerId"], "code": CODE["code"]}
