"""Builders of text messages."""

from hashlib import sha256

from booking_domain.identity.model import User
from booking_domain.notifications.sms import SmsMessage
from booking_domain.shared.ids import SmsId
from booking_domain.testing.kit.builders import NOW, BaseBuilder


class NotificationsBuilder(BaseBuilder):
    """Builds text messages."""

    def sms(self, user: User | None = None) -> SmsMessage:
        """A stored text message that is not sent yet."""
        message_id = SmsId(self.entropy.new_id())
        return SmsMessage(
            id=message_id,
            user_id=None if user is None else user.id,
            to_masked="+976****2233",
            to_digest=sha256(message_id.bytes).digest(),
            template="code.login",
            language="mn",
            provider="memory",
            segments=1,
            created_at=NOW,
            updated_at=NOW,
        )
