"""What admins see of text messages: how each fared, and what they cost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.notifications.ports import SmsReads
from booking_domain.notifications.sms import SmsFilter, SmsMessage, SmsSpending, SpendingPeriod
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query


async def _list_text_messages(actor: Actor, criteria: SmsFilter, messages: SmsReads) -> Sequence[SmsMessage]:
    """A page of the text messages, newest first."""
    authorise(actor, Permission.SEE_MESSAGES)
    return await messages.page(criteria)


async def _sum_text_messages(
    actor: Actor, messages: SmsReads, *, since: datetime, before: datetime, by: SpendingPeriod | None
) -> Sequence[SmsSpending]:
    """What the text messages of a time cost, by provider and country."""
    authorise(actor, Permission.SEE_MESSAGES)
    return await messages.spending(since, before, by)


list_text_messages: Final = Query(_list_text_messages, (NotPermitted,))
sum_text_messages: Final = Query(_sum_text_messages, (NotPermitted,))
