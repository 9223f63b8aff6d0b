"""Notify providers of payouts that were made or returned, and of adjustments. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.events import EarningsAdjusted, ProviderPaid, ProviderPayoutChanged
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.shared.money import Money
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

PAID: Final = NoticeTemplate(
    subject="Your earnings were sent",
    text="{amount} was sent to your bank account. Reference of the bank: {bank_reference}.",
)
RETURNED: Final = NoticeTemplate(
    subject="Your earnings were not delivered",
    text=(
        "The bank could not deliver {amount}. Reason: {return_reason} Please check the bank account in your profile; "
        "we will send the money again."
    ),
)

_ADJUSTED: Final = "Your earnings were adjusted"
ADDED: Final = NoticeTemplate(subject=_ADJUSTED, text="{amount} was added to your earnings. Reason: {reason}")
TAKEN: Final = NoticeTemplate(subject=_ADJUSTED, text="{amount} was taken from your earnings. Reason: {reason}")


async def notify_of_provider_payout(
    event: ProviderPayoutChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, as the payout stands now; an outdated event sends none.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    view = await reads.provider_payouts.get(event.payout_id)
    user = None if view is None else await reads.users.get(view.owner_id)
    if view is None or user is None:
        return
    payout = view.payout
    paid = isinstance(event, ProviderPaid)
    if not paid and (payout.status is not ProviderPayoutStatus.PENDING or payout.return_reason is None):
        return  # it was approved again or cancelled since
    notice = (PAID if paid else RETURNED).fill(
        amount=payout.amount,
        bank_reference=payout.bank_reference or "",
        return_reason=payout.return_reason or "",
    )
    await notify_user(user, event, notice, notifier=notifier, translator=translator)


async def notify_of_adjustment(
    event: EarningsAdjusted, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Tell the provider the amount and the reason.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    view, provider = await reads.earnings.get(event.earning_id), await reads.providers.get(event.provider_id)
    user = None if provider is None else await reads.users.get(provider.profile.owner_id)
    if view is None or user is None:
        return
    entry = view.earning
    notice = (ADDED if entry.amount > 0 else TAKEN).fill(
        amount=Money(amount=abs(entry.amount), currency=entry.currency), reason=entry.reason or ""
    )
    await notify_user(user, event, notice, notifier=notifier, translator=translator)
