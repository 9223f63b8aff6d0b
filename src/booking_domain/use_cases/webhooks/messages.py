"""Notify the owner of a webhook endpoint: the platform has disabled it, or its secret should be rotated.

May run any number of times.
"""

from collections.abc import Mapping
from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.webhooks.events import EndpointWasDisabled, SecretOfEarlierKind
from booking_domain.webhooks.model import DisabledBecause, WebhookEndpoint

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
ROTATE: Final = NoticeTemplate(
    subject="Replace the secret of your webhook endpoint at {host}",
    text="The secret that signs the webhooks to {host} was made from fewer random characters than new ones. Make a new "
    "secret with rotate-secret; the current one can sign too for up to seven days.",
)


async def notify_of_endpoint(
    event: EndpointWasDisabled | SecretOfEarlierKind, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, unless the endpoint was removed, enabled or given another secret since.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    endpoint = await reads.webhooks.endpoint(event.endpoint_id)
    template = None if endpoint is None else _template(event, endpoint)
    if endpoint is None or template is None:
        return
    user = await reads.users.get(endpoint.owner_id)
    if user is not None:
        notice = template.fill(host=endpoint.host)
        await notify_user(user, event, notice, notifier=notifier, translator=translator)


def _template(event: EndpointWasDisabled | SecretOfEarlierKind, endpoint: WebhookEndpoint) -> NoticeTemplate | None:
    if isinstance(event, SecretOfEarlierKind):
        return None if endpoint.rotation_asked_at is None else ROTATE
    return None if endpoint.disabled_because is None else DISABLED.get(endpoint.disabled_because)
