"""Notifications of the Worker."""

from collections.abc import Mapping

import msgspec

from adapters.qpay_edge.signatures import CallVerifier
from booking_domain.payments.ports import GatewayNotifications


class Notification(msgspec.Struct, frozen=True, rename="camel"):
    """The members of a notification that are read. Others are ignored: only the gateway's report counts."""

    qpay_invoice_id: str


class EdgeNotifications(GatewayNotifications):
    """Accepts a notification if the verifier accepts its signature."""

    def __init__(self, verifier: CallVerifier) -> None:
        self._verifier = verifier

    async def read(self, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str | None:
        await self._verifier.verify(method, target, headers, body)
        try:
            return msgspec.json.decode(body, type=Notification).qpay_invoice_id
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
