"""Waiting for a time: joining a waiting list, and the entries of who is signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from booking_domain.identity.legal import LegalDocuments
from booking_domain.notifications.notices import LocalTime
from booking_domain.scheduling.waiting import OPEN, WaitingStatus
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.catalogue.queries import ProviderPage
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.appointment import field_of
from entrypoints.web.booking.flow import Choice, summary
from entrypoints.web.booking.you import Typed, fields_of
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.legal import current_documents, links_of
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.session.sign_in import OTHER_CODE

AFTER: Final = "after"
BEFORE: Final = "before"
_JOINED: Final = Phrase("You are on the waiting list. You get a message when a time is free.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry of the waiting list."""

    provider: str
    href: str
    window: str
    offer: str
    """What is kept for the customer; empty: nothing yet."""
    book: str
    """Where that is booked."""
    leave: str
    """Where a form ends it."""


@dataclass(frozen=True, kw_only=True)
class WaitingPage(PageModel):
    """The open entries of who is signed in."""

    template: ClassVar = "waiting/waiting.html"
    robots: str = "noindex"
    tabs: Tabs
    done: str
    """What has just happened."""
    entries: tuple[Waiting, ...]
    csrf: str


def wait_page(
    choice: Choice,
    facts: ProviderPage,
    window: TimeRange,
    page: Page,
    *,
    csrf: str,
    documents: LegalDocuments,
    typed: Typed,
    now: datetime,
    error: DomainError | None = None,
) -> FormPage:
    """Join the waiting list; a visitor says who they are."""
    say, zone = page.say, facts.view.time_zone
    asked = () if csrf else current_documents(documents)
    path, limits = f"/book/{facts.view.profile.id}/wait", {AFTER: window.start, BEFORE: window.end}
    again = page.link(path, **choice.query(), **{name: each.isoformat() for name, each in limits.items()})
    model = FormPage(
        title=say(Phrase("Tell me when a time is free")),
        accent=facts.view.profile.accent,
        lead=summary(choice, facts, page),
        facts=(
            _window_text(window, zone, page, now),
            say(Phrase("When a time becomes free, we keep it for you for a while and send you a message.")),
        ),
        action=page.link(path),
        fields=(
            *(hidden(*each) for each in choice.hidden(day=None, slot=None, hold=None, until=None)),
            hidden(AFTER, window.start.isoformat()),
            hidden(BEFORE, window.end.isoformat()),
            *([hidden("csrf", csrf)] if csrf else fields_of(typed, documents, page)),
        ),
        button=say(Phrase("Join the waiting list")) if csrf or typed.code_sent else say(Phrase("Send me a code")),
        links=(
            *(((say(OTHER_CODE), again),) if typed.code_sent else links_of(asked, documents, page)),
            (
                say(Phrase("Back to the free times")),
                page.link(f"/book/{facts.view.profile.id}/time", **choice.query(slot=None)),
            ),
        ),
    )
    return model if error is None else model.failed(error, page, field=field_of(error))


def waiting_page(
    entries: Sequence[WaitingListEntry],
    providers: Mapping[ProviderId, ProviderView],
    page: Page,
    *,
    csrf: str,
    now: datetime,
) -> WaitingPage:
    """The page."""
    say = page.say
    return WaitingPage(
        title=say(Phrase("Waiting list")),
        tabs=Tabs(
            label=say(Phrase("My bookings")),
            items=(
                (say(Phrase("To come")), page.link("/bookings")),
                (say(Phrase("Past")), page.link("/bookings", when="past")),
                (say(Phrase("Waiting list")), page.link("/waiting")),
            ),
            current=page.link("/waiting"),
        ),
        done=say(_JOINED) if page.asked("done") == "joined" else "",
        entries=tuple(
            _waiting(each, providers[each.provider_id], page, now)
            for each in entries
            if each.status in OPEN and each.provider_id in providers
        ),
        csrf=csrf,
    )


def _waiting(entry: WaitingListEntry, view: ProviderView, page: Page, now: datetime) -> Waiting:
    offer, book, start, until = "", "", entry.offered_start, entry.offered_until
    if entry.status is WaitingStatus.OFFERED and start is not None and until is not None:
        zone = time_zone(view.time_zone)
        offer = page.say(
            Phrase("{time} is kept for you until {until}."),
            time=page.say.values.time(LocalTime(start, view.time_zone)),
            until=page.formats.clock(until.astimezone(zone)),
        )
        choice = Choice(
            services=entry.service_ids,
            minutes=entry.duration_minutes or 0,
            slot=start,
            hold=entry.hold_id,
            until=until,
        )
        book = page.link(f"/book/{entry.provider_id}/summary", **choice.query())
    return Waiting(
        provider=view.profile.display_name,
        href=page.link(f"/providers/{view.profile.slug}"),
        window=_window_text(entry.window, view.time_zone, page, now),
        offer=offer,
        book=book,
        leave=page.link(f"/waiting/{entry.id}/leave"),
    )


def _window_text(window: TimeRange, zone: str, page: Page, now: datetime) -> str:
    say, formats = page.say, page.formats
    start, end = (each.astimezone(time_zone(zone)) for each in (window.start, window.end))
    last = (end - timedelta(microseconds=1)).date()
    if window.start <= now:
        return say(Phrase("For a time before {end}."), end=say.values.time(LocalTime(window.end, zone)))
    if start.date() != last:
        first_time, last_time = (say.values.time(LocalTime(each, zone)) for each in (window.start, window.end))
        return say(Phrase("For a time from {start} to {end}."), start=first_time, end=last_time)
    day = say.values.day(last)
    if start.time() == end.time():
        return say(Phrase("For a time on {day}."), day=day)
    return say(
        Phrase("For a time on {day}, from {start} to {end} ({zone})."),
        day=day,
        start=formats.clock(start),
        end=formats.clock(end),
        zone=say.values.zone(zone),
    )
