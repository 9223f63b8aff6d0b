"""Notify the owner of a webhook endpoint: the platform has disabled it, or its secret should be rotated."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.webhooks.events import EndpointWasDisabled, WeakSecretFound
from booking_domain.webhooks.model import DisabledBecause, WebhookEndpoint

_SUBJECT: Final = "Your webhook endpoint at {host} was disabled"
_DISABLED: Final[Mapping[DisabledBecause, NoticeTemplate]] = {
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
_ROTATE: Final = NoticeTemplate(
    subject="Replace the secret of your webhook endpoint at {host}",
    text="The secret that signs the webhooks to {host} was made from fewer random characters than new ones. Make a new "
    "secret with rotate-secret; the current one can sign too for up to seven days.",
)


async def _notices(event: EndpointWasDisabled | WeakSecretFound, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, unless the endpoint was removed, enabled or given another secret since."""
    endpoint = await reads.webhooks.endpoint(event.endpoint_id)
    template = None if endpoint is None else _template(event, endpoint)
    if endpoint is None or template is None:
        return
    yield Addressed(endpoint.owner_id, template.fill(host=endpoint.host))


def _template(event: EndpointWasDisabled | WeakSecretFound, endpoint: WebhookEndpoint) -> NoticeTemplate | None:
    if isinstance(event, WeakSecretFound):
        return None if endpoint.rotation_asked_at is None else _ROTATE
    return None if endpoint.disabled_because is None else _DISABLED.get(endpoint.disabled_because)


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys((EndpointWasDisabled, WeakSecretFound), Told((Reader.ACCOUNT,))), _notices),),
    templates={
        "webhook.secret_of_earlier_kind": _ROTATE,
        **{f"webhook.disabled.{because}": each for because, each in _DISABLED.items()},
    },
    fields={"host": NoticeField("The host of a webhook endpoint.", "hooks.example.com")},
)
