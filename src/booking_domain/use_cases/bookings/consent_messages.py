"""Notify both sides of a consent to bookings by a provider. May run any number of times."""

from typing import Final

from booking_domain.bookings.consents import EVENTS, ConsentChanged, ConsentGranted, ConsentStatus
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

GRANTED_TO_CUSTOMER: Final = NoticeTemplate(
    subject="Your consent: “{provider}” can place bookings for you",
    text="You let {provider} place bookings for you. You can revoke this at any time.",
)
GRANTED_TO_PROVIDER: Final = NoticeTemplate(
    subject="A customer’s consent: you can place bookings for “{customer}”",
    text="{customer} lets you place bookings for them.",
)
REVOKED_TO_CUSTOMER: Final = NoticeTemplate(
    subject="Your consent has ended: “{provider}” can no longer place bookings for you",
    text="{provider} can no longer place bookings for you. Bookings that you have already stay.",
)
REVOKED_TO_PROVIDER: Final = NoticeTemplate(
    subject="A customer’s consent has ended: “{customer}”",
    text="{customer} no longer lets you place bookings for them. Bookings that exist already stay.",
)


async def notify_of_consent(
    event: ConsentChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
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
        (GRANTED_TO_CUSTOMER, GRANTED_TO_PROVIDER) if granted else (REVOKED_TO_CUSTOMER, REVOKED_TO_PROVIDER)
    )
    for user_id, template in ((view.consent.customer_id, to_customer), (provider.profile.owner_id, to_provider)):
        user = await reads.users.get(user_id)
        if user is not None:
            notice = template.fill(customer=view.customer_name, provider=view.provider_name)
            await notify_user(user, event, notice, notifier=notifier, translator=translator)


MESSAGES: Final = Messages(
    events=EVENTS,
    notify=notify_of_consent,
    templates={
        "consent.granted.to_customer": GRANTED_TO_CUSTOMER,
        "consent.granted.to_provider": GRANTED_TO_PROVIDER,
        "consent.revoked.to_customer": REVOKED_TO_CUSTOMER,
        "consent.revoked.to_provider": REVOKED_TO_PROVIDER,
    },
)
