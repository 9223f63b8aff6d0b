"""Notify providers of payouts that were made or returned, and of adjustments."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.events import PAYOUT_EVENTS, EarningsAdjusted, ProviderPaid, ProviderPayoutChanged
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.shared.money import Money
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_PAID: Final = NoticeTemplate(
    subject="Your earnings were sent",
    text="{amount} was sent to your bank account. Reference of the bank: {bank_reference}.",
)
_RETURNED: Final = NoticeTemplate(
    subject="Your earnings were not delivered",
    text=(
        "The bank could not deliver {amount}. Reason: {return_reason} Please check the bank account in your profile; "
        "we will send the money again."
    ),
)

_ADJUSTED: Final = "Your earnings were adjusted"
_ADDED: Final = NoticeTemplate(subject=_ADJUSTED, text="{amount} was added to your earnings. Reason: {reason}")
_TAKEN: Final = NoticeTemplate(subject=_ADJUSTED, text="{amount} was taken from your earnings. Reason: {reason}")


async def _of_payout(event: ProviderPayoutChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the payout stands now; an outdated event sends none."""
    view = await reads.provider_payouts.get(event.payout_id)
    if view is None:
        return
    payout = view.transfer
    paid = isinstance(event, ProviderPaid)
    if not paid and (payout.status is not ProviderPayoutStatus.PENDING or payout.return_reason is None):
        return  # it was approved again or cancelled since
    notice = (_PAID if paid else _RETURNED).fill(
        amount=payout.amount,
        bank_reference=payout.bank_reference or "",
        return_reason=payout.return_reason or "",
    )
    yield Addressed(view.owner_id, notice)


async def _of_adjustment(event: EarningsAdjusted, reads: Reads) -> AsyncIterator[Addressed]:
    """Tell the provider the amount and the reason."""
    view, provider = await reads.earnings.get(event.earning_id), await reads.providers.get(event.provider_id)
    if view is None or provider is None:
        return
    entry = view.earning
    notice = (_ADDED if entry.amount > 0 else _TAKEN).fill(
        amount=Money(amount=abs(entry.amount), currency=entry.currency), reason=entry.reason or ""
    )
    yield Addressed(provider.profile.owner_id, notice)


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(dict.fromkeys(PAYOUT_EVENTS, Told((Reader.PROVIDER,))), _of_payout),
        NoticesOf({EarningsAdjusted: Told((Reader.PROVIDER,))}, _of_adjustment),
    ),
    templates={
        "earnings.paid": _PAID,
        "earnings.returned": _RETURNED,
        "earnings.added": _ADDED,
        "earnings.taken": _TAKEN,
    },
)
