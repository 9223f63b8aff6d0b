"""The table of text messages in memory."""

from dataclasses import replace
from typing import Final

from booking_domain.notifications.sms import SmsMessage
from booking_domain.shared.ids import SmsId
from booking_domain.testing.kit.tables import Table, change_rows

SMS_MESSAGES: Final = Table[SmsId, SmsMessage](
    "sms_messages", erase=change_rows(lambda sms: sms.user_id, lambda sms: replace(sms, to_masked="", to_digest=b""))
)

TABLES: Final = (SMS_MESSAGES,)
