"""Notify the owner of a webhook endpoint that the platform has disabled it. May run any number of times."""

from collections.abc import Mapping
from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.webhooks.events import EndpointWasDisabled
from booking_domain.webhooks.model import DisabledBecause
from booking_domain.workflows.notify_parties import notify_user
from booking_domain.workflows.ports import Reads

_SUBJECT: Final = "Your webhook endpoint at {host} was disabled"
DISABLED: Final[Mapping[DisabledBecause, NoticeTemplate]] = {
    DisabledBecause.FAILING: NoticeTemplate(
        subject=_SUBJECT,
        text="Your webhook endpoint at {host} has failed for three days and was disabled. Repair it, enable it again, "
        "and replay what has failed.",
    ),
    DisabledBecause.GONE: NoticeTemplate(
        subject=_SUBJECT,
        text="Your webhook endpoint at {host} answered that it is gone (410) and was disabled. If that was a mistake, "
        "enable it again.",
    ),
}


async def notify_of_endpoint(
    event: EndpointWasDisabled, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, unless the endpoint was removed or enabled since.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    endpoint = await reads.webhooks.endpoint(event.endpoint_id)
    if endpoint is None or endpoint.disabled_because is None or endpoint.disabled_because not in DISABLED:
        return
    user = await reads.users.get(endpoint.owner_id)
    if user is not None:
        notice = DISABLED[endpoint.disabled_because].fill(host=endpoint.host)
        await notify_user(user, event, notice, notifier=notifier, translator=translator)
