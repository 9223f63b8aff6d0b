"""The figures of a provider, made of raw rows by a script that shares no code with the product but their names."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from booking_domain.statistics.model import FIGURES

Row = dict[str, Any]
Key = tuple[date, str, str, int]
"""A local date, a currency, a channel (of customers: where they came from) and a local hour."""


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
            of_days = any(each.get("whole_days") for each in booking["services"])
            booked = self.open_minutes(booking) if of_days else length
            self.add(booking, at, booked=1, booked_minutes=booked, buffer_minutes=buffers)
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

    def open_minutes(self, booking: Row) -> int:
        """From opening to closing of each date of an appointment of whole days."""
        zone = self.zones[booking["provider_id"]]
        opens, closes = (booking[name].astimezone(zone).replace(tzinfo=None) for name in ("starts_at", "ends_at"))
        dates = 1
        while opens + timedelta(days=1) < closes:
            closes, dates = closes - timedelta(days=1), dates + 1
        return dates * minutes(opens, closes)

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


class People:
    """The customers of a provider, one at a time."""

    def __init__(self, bookings: list[Row], first: date, last: date, today: date) -> None:
        self.first, self.last, self.today = first, last, today
        self.length = (last - first).days + 1
        self.by_customer: dict[Any, list[Row]] = defaultdict(list)
        for each in sorted(bookings, key=lambda row: row["starts_at"]):
            if channel_of(each) != "walk_in":
                self.by_customer[each["customer_id"]].append(each)
        self.visits = {
            customer: found
            for customer, theirs in self.by_customer.items()
            if (found := [each for each in theirs if (each["disputed_from"] or each["status"]) == "completed"])
        }
        self.days = {customer: [local(each) for each in visits] for customer, visits in self.visits.items()}

    def figures(self) -> dict[str, Any]:
        inside = self.came(self.first, self.last)
        before = self.came(self.first - timedelta(days=self.length), self.first - timedelta(days=1))
        new = {customer for customer in inside if min(self.days[customer]) >= self.first}
        visits = [each for theirs in self.visits.values() for each in theirs if self.first <= local(each) <= self.last]
        rebooked = sum(any(map(partial(follows, each), self.by_customer[each["customer_id"]])) for each in visits)
        there, lost = self.churn()
        known = [customer for customer, days in self.days.items() if min(days) <= self.last]
        earned = sum(
            each["price_amount"] + each["extra_amount"] for customer in known for each in self.visits[customer]
        )
        return {
            "visits": len(visits),
            "new": len(new),
            "returning": len(inside - new),
            "rebooking_rate": round(rebooked / len(visits), 4) if visits else None,
            "retention_rate": round(len(before & inside) / len(before), 4) if before else None,
            "churned": lost,
            "churn_rate": round(lost / there, 4) if there else None,
            "lifetime_value": earned // len(known) if known else 0,
        }

    def came(self, first: date, last: date) -> set[Any]:
        return {customer for customer, days in self.days.items() if any(first <= day <= last for day in days)}

    def cohorts(self) -> dict[date, int]:
        """How many customers came first in each month of the time."""
        firsts = [min(days).replace(day=1) for days in self.days.values()]
        return {month: firsts.count(month) for month in firsts if self.first.replace(day=1) <= month <= self.last}

    def churn(self) -> tuple[int, int]:
        """How many were there at the start, and how many of them were lost in the time."""
        last = min(self.last, self.today)
        days = {customer: [day for day in all_ if day <= last] for customer, all_ in self.days.items()}
        days = {customer: each for customer, each in days.items() if each}
        cycles = {customer: gaps(each) for customer, each in days.items()}
        usual = median([median(each) for each in cycles.values() if each] or [90])
        there = lost = 0
        for customer, seen in days.items():
            patience = timedelta(days=int(2 * (median(cycles[customer]) if cycles[customer] else usual)) + 1)
            earlier = [day for day in seen if day < self.first]
            if earlier and earlier[-1] + patience >= self.first:
                there += 1
                lost += self.first <= seen[-1] + patience <= last
        return there, lost


def gaps(days: list[date]) -> list[int]:
    distinct = sorted(set(days))
    return [(distinct[number] - distinct[number - 1]).days for number in range(1, len(distinct))]


def local(booking: Row) -> date:
    found: date = booking["starts_at"].astimezone(ZoneInfo(booking["time_zone"])).date()
    return found


def follows(visit: Row, other: Row) -> bool:
    made = other["created_at"].astimezone(ZoneInfo(other["time_zone"])).date()
    return bool(other["id"] != visit["id"] and made == local(visit) and other["starts_at"] >= visit["ends_at"])


def channel_of(booking: Row) -> str:
    if booking["customer_id"] == booking["provider_user_id"]:
        return "walk_in"
    came = "online" if booking["origin"] in {"direct", "desk"} else booking["origin"]
    return "staff" if booking["placed_by_staff"] else came
