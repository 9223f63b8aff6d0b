"""The figures of a provider, made of raw rows by a script that shares no code with the product but their names."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking_domain.statistics.model import FIGURES

Row = dict[str, Any]
Key = tuple[date, str, str, int]
"""A local date, a currency, a channel and a local hour."""


def nothing() -> dict[Key, dict[str, int]]:
    return defaultdict(lambda: dict.fromkeys(FIGURES, 0))


def minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


class Script:
    """Adds up everything in the rows, as docs/use/statistics.md defines it."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.zones = {each["id"]: ZoneInfo(each["time_zone"]) for each in rows["providers"]}
        self.bookings = {each["id"]: each for each in rows["bookings"]}
        entries = sorted(rows["booking_events"], key=lambda each: each["seq"])
        self.cancelled = {each["booking_id"]: each for each in entries if each["type"] == "cancelled"}
        self.of: dict[Any, dict[Key, dict[str, int]]] = defaultdict(nothing)
        for booking in rows["bookings"]:
            self.made(booking)
            self.took_place(booking)
        for payment in rows["payments"]:
            if payment["settled_amount"] and payment["processed_at"]:
                self.moved(payment, payment["processed_at"], received=payment["settled_amount"])
        for payment in rows["desk_payments"]:
            if payment["status"] == "recorded":
                self.moved(payment, payment["created_at"], received=payment["amount"])
        for refund in rows["refunds"]:
            if refund["status"] == "refunded":
                self.moved(refund, refund["processed_at"], refunded=refund["amount"])

    def add(self, booking: Row, at: datetime, **amounts: int) -> None:
        local = at.astimezone(self.zones[booking["provider_id"]])
        figures = self.of[booking["provider_id"]][local.date(), booking["currency"], channel_of(booking), local.hour]
        for name, amount in amounts.items():
            figures[name] += amount

    def moved(self, row: Row, at: datetime, **amounts: int) -> None:
        self.add(self.bookings[row["booking_id"]], at, **amounts)

    def made(self, booking: Row) -> None:
        at = booking["created_at"]
        self.add(booking, at, made=1)
        if channel_of(booking) != "walk_in":
            self.add(booking, at, lead_bookings=1, lead_minutes=max(0, minutes(at, booking["starts_at"])))

    def took_place(self, booking: Row) -> None:
        status, at = booking["disputed_from"] or booking["status"], booking["starts_at"]
        if status in {"confirmed", "completed", "no_show"}:
            length = minutes(at, booking["ends_at"])
            buffers = minutes(booking["blocked_from"], booking["blocked_until"]) - length
            self.add(booking, at, booked=1, booked_minutes=length, buffer_minutes=buffers)
        if status == "completed":
            price = booking["price_amount"] + booking["extra_amount"]
            paid = booking["paid_amount"] - booking["refunded_amount"] - booking["refund_pending_amount"]
            paid += booking["desk_paid_amount"] + booking["authorised_amount"]
            due = max(0, max(0, price - booking["conceded_amount"]) - paid)
            self.add(booking, at, completed=1, earned=price, tips=booking["tip_amount"], outstanding=due)
            self.add(booking, at, walk_ins=int(channel_of(booking) == "walk_in"))
        elif status == "no_show":
            self.add(booking, at, no_shows=1)
        elif status == "cancelled":
            self.ended(booking)

    def ended(self, booking: Row) -> None:
        entry, at = self.cancelled.get(booking["id"]), booking["starts_at"]
        if entry is None or channel_of(booking) == "walk_in" or entry["by_id"] != booking["customer_id"]:
            self.add(booking, at, cancelled_by_provider=1)
            return
        policy = booking["cancellation_policy"]
        tiers = policy["tiers"] if isinstance(policy, dict) else policy
        left = (booking["cancellation_start"] or at) - entry["at"]
        late = not any(left >= timedelta(hours=hours) for hours, _ in tiers)
        self.add(booking, at, cancelled=1, cancelled_late=int(late))


def channel_of(booking: Row) -> str:
    if booking["customer_id"] == booking["provider_user_id"]:
        return "walk_in"
    return "staff" if booking["placed_by_staff"] else "online"
