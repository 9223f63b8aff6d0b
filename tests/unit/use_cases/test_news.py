"""Which news can be turned off, and waits for the end of quiet hours."""

from typing import Final

from booking_domain.identity.preferences import NewsKind
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.platform.ports import CONTEXTS

OF_THE_ACCOUNT: Final = {
    "account",
    "announcement",
    "calendar",
    "code",
    "gift_card",
    "message_template",
    "notification",
    "reconciliation",
    "sign_up",
    "webhook",
}
"""What concerns the account, an integrator or the platform; and what nobody is notified of."""


def test_every_context_of_topics_is_news_of_bookings_or_of_the_account() -> None:
    topics = {event.topic for context in CONTEXTS for event in context.events}
    of_bookings = {topic.partition(".")[0] for topic in topics if kind_of(topic) is NewsKind.BOOKINGS}
    assert of_bookings.isdisjoint(OF_THE_ACCOUNT)
    reports = {topic.partition(".")[0] for topic in topics if kind_of(topic) is NewsKind.REPORTS}
    assert reports == {"report"}
    assert {topic.partition(".")[0] for topic in topics} == of_bookings | OF_THE_ACCOUNT | reports
