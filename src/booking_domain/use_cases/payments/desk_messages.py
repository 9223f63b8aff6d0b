"""Notify the parties of a booking of what was recorded at the desk, or voided."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.desk import DeskMethod
from booking_domain.payments.events import DESK_EVENTS, DeskPaymentChanged, DeskPaymentRecorded
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.fields import sample_money
from booking_domain.use_cases.notices.parties import parties_of
from booking_domain.use_cases.platform.ports import Reads

_PAID: Final = "Booking {reference}: paid at the desk"
_VOIDED: Final = "Booking {reference}: payment at the desk voided"
_PARTS: Final = ("Of this tip: {tip}", "More than agreed: {extra}", "Reason: {extra_reason}")
_PAID_BY: Final = {
    DeskMethod.CASH: NoticeTemplate(
        subject=_PAID,
        text="{provider} has recorded that you paid {amount} in cash. Still due: {balance}.",
        details=_PARTS,
    ),
    DeskMethod.CARD: NoticeTemplate(
        subject=_PAID,
        text="{provider} has recorded that you paid {amount} by card. Still due: {balance}.",
        details=_PARTS,
    ),
}
_VOIDED_TO_CUSTOMER: Final = NoticeTemplate(
    subject=_VOIDED,
    text="Your payment of {amount} to {provider} at the desk does not count any more. Reason: {reason}",
)
_PAID_TO_OWNER: Final = NoticeTemplate(
    subject=_PAID,
    text="It was recorded for you that {customer} paid {amount} at the desk. Still due: {balance}.",
    details=_PARTS,
)
_VOIDED_TO_OWNER: Final = NoticeTemplate(
    subject=_VOIDED, text="The payment of {amount} by {customer} at the desk was voided for you. Reason: {reason}"
)


async def _notices(event: DeskPaymentChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Tell the customer, and the provider and the salon's manager if another person did it.

    A walk-in has no customer to tell.
    """
    parties, payment = await parties_of(event.booking_id, reads), await reads.desk_payments.get(event.desk_payment_id)
    if parties is None or payment is None:
        return
    recorded, owner_id = isinstance(event, DeskPaymentRecorded), parties.owner.id
    by = payment.recorded_by if recorded or payment.voided_by is None else payment.voided_by
    values = {
        **parties.values(),
        "amount": payment.handed_over,
        "tip": payment.tip,
        "extra": payment.extra,
        "extra_reason": payment.extra_reason or "",
        "reason": payment.void_reason or "",
    }
    if parties.customer.id != owner_id:
        yield Addressed(
            parties.customer.id, (_PAID_BY[payment.method] if recorded else _VOIDED_TO_CUSTOMER).fill(**values)
        )
    notice = (_PAID_TO_OWNER if recorded else _VOIDED_TO_OWNER).fill(**values)
    if by.id != owner_id:
        yield Addressed(owner_id, notice)
    for copy in parties.to_manager(notice, by=by.id, news=MemberNews.PAYMENTS):
        yield copy


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(DESK_EVENTS, Told((Reader.CUSTOMER, Reader.PROVIDER)).and_managers), _notices),),
    templates={
        **{f"desk.paid.{method}": each for method, each in _PAID_BY.items()},
        "desk.voided": _VOIDED_TO_CUSTOMER,
        "desk.paid.to_owner": _PAID_TO_OWNER,
        "desk.voided.to_owner": _VOIDED_TO_OWNER,
    },
    fields={
        "extra": NoticeField("What was paid at the desk above the agreed price.", sample_money(15_000)),
        "extra_reason": NoticeField("Why more than agreed was paid.", "Two more hours.", of_users=True),
        "tip": NoticeField("The tip that was given at the desk.", sample_money(5_000)),
    },
)
