"""Bookings in the database of a Django project: a store over models, and three views.

    python -m examples.django_app        # creates the tables, and serves on port 8000

The store does what bookings need, and leaves the waiting list out: `BookingStore`. A calendar is locked by its row, and
in SQLite, which has no locks of rows, by a transaction that is immediate. In a project of yours, settings, models and
views are in files of their own, and migrations create the tables. `tests/acceptance/test_examples.py` holds the store
to its contract, and runs the views.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from booking_domain.core import (
    Booking,
    Calendar,
    Claim,
    Conflict,
    Diary,
    DomainError,
    Hours,
    Money,
    NotFound,
    RuleViolated,
    Status,
    TimeRange,
    WeeklyRule,
)
from booking_domain.core.model import claim_of

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["localhost", "127.0.0.1", "testserver"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": "diary-django.sqlite",
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 60},
            }
        },
        ROOT_URLCONF=__name__,
        USE_TZ=True,
    )
    django.setup()


class CalendarRow(models.Model):
    """One row for each calendar, to lock it."""

    name = models.CharField(max_length=100, primary_key=True)

    class Meta:
        app_label = "diary"


class ClaimRow(models.Model):
    """Time that is taken."""

    calendar = models.CharField(max_length=100)
    claim_id = models.UUIDField()
    start, end = models.DateTimeField(), models.DateTimeField()
    blocked_from, blocked_until = models.DateTimeField(), models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "diary"
        constraints = (models.UniqueConstraint(fields=("calendar", "claim_id"), name="one_claim_of_an_id"),)
        indexes = (models.Index(fields=("calendar", "blocked_from"), name="claims_by_time"),)


class BookingRow(models.Model):
    """An appointment of a customer."""

    id = models.UUIDField(primary_key=True)
    calendar, customer = models.CharField(max_length=100), models.CharField(max_length=100)
    start, end = models.DateTimeField(), models.DateTimeField()
    blocked_from, blocked_until = models.DateTimeField(), models.DateTimeField()
    status = models.CharField(max_length=20)
    amount, currency = models.BigIntegerField(null=True), models.CharField(max_length=3, null=True)
    placed_at = models.DateTimeField()

    class Meta:
        app_label = "diary"


class DjangoStore:
    """A `BookingStore` over the models."""

    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:
        with transaction.atomic():
            CalendarRow.objects.get_or_create(name=calendar)
            CalendarRow.objects.select_for_update().get(name=calendar)
            yield

    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        rows = ClaimRow.objects.filter(calendar=calendar, blocked_from__lt=around.end, blocked_until__gt=around.start)
        return [claim_of(row.claim_id, *_ranges(row), expires_at=row.expires_at) for row in rows]

    def put_claim(self, calendar: str, claim: Claim) -> None:
        ClaimRow.objects.update_or_create(
            {**_columns(claim.span, claim.blocked), "expires_at": claim.expires_at},
            calendar=calendar,
            claim_id=claim.id,
        )

    def remove_claim(self, calendar: str, claim_id: UUID) -> None:
        ClaimRow.objects.filter(calendar=calendar, claim_id=claim_id).delete()

    def booking(self, booking_id: UUID) -> Booking | None:
        row = BookingRow.objects.filter(id=booking_id).first()
        if row is None:
            return None
        span, blocked = _ranges(row)
        return Booking(
            id=row.id,
            calendar=row.calendar,
            customer=row.customer,
            span=span,
            blocked=blocked,
            status=Status(row.status),
            price=None if row.amount is None else Money(amount=row.amount, currency=row.currency),
            placed_at=row.placed_at,
        )

    def put_booking(self, booking: Booking) -> None:
        price = booking.price
        values = {
            **_columns(booking.span, booking.blocked),
            "calendar": booking.calendar,
            "customer": booking.customer,
            "status": booking.status.value,
            "amount": None if price is None else price.amount,
            "currency": None if price is None else price.currency,
            "placed_at": booking.placed_at,
        }
        BookingRow.objects.update_or_create(values, id=booking.id)


def _columns(span: TimeRange, blocked: TimeRange) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "blocked_from": blocked.start, "blocked_until": blocked.end}


def _ranges(row: Any) -> tuple[TimeRange, TimeRange]:
    return TimeRange(row.start, row.end), TimeRange(row.blocked_from, row.blocked_until)


STATUSES: dict[type, int] = {NotFound: 404, Conflict: 409, RuleViolated: 422}
"""The status of each family of errors."""
DIARY = Diary(
    {"anna": Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-19:00")))},
    DjangoStore(),
)


@require_GET
def slots(request: HttpRequest, name: str) -> JsonResponse:
    """The free slots of a local date: `?day=2026-11-24`."""
    if name not in DIARY.calendars:
        return JsonResponse({"detail": "no such calendar"}, status=404)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return JsonResponse({"detail": "day is a date"}, status=400)
    midnight = datetime(day.year, day.month, day.day, tzinfo=DIARY.calendars[name].zone)
    found = DIARY.slots(name, TimeRange(midnight, midnight + timedelta(days=1)))
    return JsonResponse({"slots": [{"start": slot.start, "end": slot.end} for slot in found]})


@csrf_exempt  # an API without cookies; a form of a page has its token
@require_http_methods(["POST"])
def book(request: HttpRequest, name: str) -> JsonResponse:
    """Book a free slot: `{"start": …, "customer": …}`."""
    if name not in DIARY.calendars:
        return JsonResponse({"detail": "no such calendar"}, status=404)
    try:
        wanted = json.loads(request.body)
        booking = DIARY.book(name, datetime.fromisoformat(wanted["start"]), customer=wanted["customer"])
    except DomainError as error:
        return _refused(error)
    except (KeyError, TypeError, ValueError) as error:
        return JsonResponse({"detail": str(error)}, status=400)
    return JsonResponse(_shown(booking), status=201)


@csrf_exempt
@require_http_methods(["DELETE"])
def cancel(_: HttpRequest, booking_id: UUID) -> JsonResponse:
    """Cancel a booking, which frees its time."""
    try:
        return JsonResponse(_shown(DIARY.cancel(booking_id)))
    except DomainError as error:
        return _refused(error)


def _refused(error: DomainError) -> JsonResponse:
    status = next((STATUSES[family] for family in type(error).__mro__ if family in STATUSES), 409)
    return JsonResponse({"code": error.code, "detail": str(error)}, status=status)


def _shown(booking: Booking) -> dict[str, Any]:
    return {"id": booking.id, "status": booking.status, "start": booking.span.start, "end": booking.span.end}


urlpatterns = [
    path("calendars/<name>/slots", slots),
    path("calendars/<name>/bookings", book),
    path("bookings/<uuid:booking_id>", cancel),
]


def create_tables() -> None:
    """Create the tables that are missing."""
    known = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (CalendarRow, ClaimRow, BookingRow):
            if model._meta.db_table not in known:  # noqa: SLF001 - Django documents it
                editor.create_model(model)


if __name__ == "__main__":
    create_tables()
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", *sys.argv[1:]])
