"""Notify both sides of a consent to bookings by a provider."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.bookings.consents import EVENTS, ConsentChanged, ConsentGranted, ConsentStatus
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_GRANTED_TO_CUSTOMER: Final = NoticeTemplate(
    subject="Your consent: “{provider}” can place bookings for you",
    text="You let {provider} place bookings for you. You can revoke this at any time.",
)
_GRANTED_TO_PROVIDER: Final = NoticeTemplate(
    subject="A customer’s consent: you can place bookings for “{customer}”",
    text="{customer} lets you place bookings for them.",
)
_REVOKED_TO_CUSTOMER: Final = NoticeTemplate(
    subject="Your consent has ended: “{provider}” can no longer place bookings for you",
    text="{provider} can no longer place bookings for you. Bookings that you have already stay.",
)
_REVOKED_TO_PROVIDER: Final = NoticeTemplate(
    subject="A customer’s consent has ended: “{customer}”",
    text="{customer} no longer lets you place bookings for them. Bookings that exist already stay.",
)


async def _notices(event: ConsentChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notifications, unless the consent has changed again since."""
    view = await reads.booking_consents.get(event.consent_id)
    if view is None:
        return
    granted = isinstance(event, ConsentGranted)
    if granted is not (view.consent.status is ConsentStatus.GRANTED):
        return
    provider = await reads.providers.get(view.consent.provider_id)
    if provider is None:
        return
    to_customer, to_provider = (
        (_GRANTED_TO_CUSTOMER, _GRANTED_TO_PROVIDER) if granted else (_REVOKED_TO_CUSTOMER, _REVOKED_TO_PROVIDER)
    )
    for user_id, template in ((view.consent.customer_id, to_customer), (provider.profile.owner_id, to_provider)):
        yield Addressed(user_id, template.fill(customer=view.customer_name, provider=view.provider_name))


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(EVENTS, Told((Reader.CUSTOMER, Reader.PROVIDER))), _notices),),
    templates={
        "consent.granted.to_customer": _GRANTED_TO_CUSTOMER,
        "consent.granted.to_provider": _GRANTED_TO_PROVIDER,
        "consent.revoked.to_customer": _REVOKED_TO_CUSTOMER,
        "consent.revoked.to_provider": _REVOKED_TO_PROVIDER,
    },
)
