"""What the search shows: what was asked, what was found, and the ways to ask otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import ClassVar, Final

from booking_domain.files.ports import ObjectLinks
from booking_domain.search.model import Facets, Relaxation, SearchCriteria, SearchOrder
from booking_domain.search.when import PartOfDay, windows_in
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.search.queries import Hit, SearchPage
from entrypoints.languages.documents import Phrase, Plural, Wording
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, picture_of

DAYS_TO_CHOOSE: Final = 21
_A_DAY: Final = timedelta(days=1)
_LIMIT: Final = 12
_MOST_STYLES: Final = 10
_MOST_TEXT: Final = 100
WEEKEND: Final = "weekend"
_NOW: Final = "now"
_FOUND: Final = Plural("{count} place", "{count} places")
_MANY: Final = Phrase("{count}+ places")
_PARTS: Final = {
    PartOfDay.MORNING: Phrase("Morning"),
    PartOfDay.AFTERNOON: Phrase("Afternoon"),
    PartOfDay.EVENING: Phrase("Evening"),
}
_ORDERS: Final = {
    SearchOrder.BEST: Phrase("Best"),
    SearchOrder.SOONEST: Phrase("Soonest"),
    SearchOrder.CHEAPEST: Phrase("Cheapest"),
    SearchOrder.RATING: Phrase("Best rated"),
}
_GIVEN_UP: Final = {
    Relaxation.TIME: Phrase("Nobody is free then. These are free at other times:"),
    Relaxation.OPEN: Phrase("Nobody is open then. These are open at other times:"),
    Relaxation.WORD: Phrase("Nobody matches all words. These match all but one:"),
    Relaxation.DISTANCE: Phrase("Nobody is so near. These are further away:"),
    Relaxation.PRICE: Phrase("Nobody is as cheap. These cost more:"),
    Relaxation.RATING: Phrase("Nobody is rated so well. These have other ratings:"),
    Relaxation.LANGUAGE: Phrase("Nobody speaks that language. These speak others:"),
    Relaxation.STYLE: Phrase("Nobody offers this style. These offer others:"),
    Relaxation.TEXT: Phrase("Nothing matches these words. Perhaps one of these:"),
}

_NAMES: Final = {
    Relaxation.TIME: Phrase("your free time"),
    Relaxation.OPEN: Phrase("being open now"),
    Relaxation.WORD: Phrase("one of the words"),
    Relaxation.DISTANCE: Phrase("the distance"),
    Relaxation.PRICE: Phrase("the price"),
    Relaxation.RATING: Phrase("the rating"),
    Relaxation.LANGUAGE: Phrase("the language"),
    Relaxation.STYLE: Phrase("the style"),
    Relaxation.TEXT: Phrase("the words"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address of a search asks for; what cannot be understood counts as not asked."""

    text: str = ""
    style: str = ""
    day: str = ""
    """A date, or `weekend`."""
    part: PartOfDay | None = None
    open: bool = False
    """Whether they must be open now."""
    order: SearchOrder = SearchOrder.BEST

    @classmethod
    def of(cls, page: Page) -> "Asked":
        """What the address asks for."""
        day = page.asked("day")
        return cls(
            text=page.asked("q").strip()[:_MOST_TEXT],
            style=page.asked("style")[:_MOST_TEXT],
            day=day if day == WEEKEND or _date(day) is not None else "",
            part=next((each for each in _PARTS if each.value == page.asked("part")), None),
            open=page.asked("open") == _NOW,
            order=next((each for each in _ORDERS if each.value == page.asked("sort")), SearchOrder.BEST),
        )

    @property
    def anything(self) -> bool:
        """Whether something is asked for."""
        return self != Asked(order=self.order)

    def link(self, page: Page, **changes: object) -> str:
        """The address of the search with changes."""
        asked: dict[str, object] = {
            "q": self.text,
            "style": self.style,
            "day": self.day,
            "part": self.part,
            "open": _NOW if self.open else "",
            "sort": "" if self.order is SearchOrder.BEST else self.order,
        }
        return page.link("/", **asked | changes)

    def criteria(self, now: datetime, zone: str, currency: str) -> SearchCriteria:
        """What to search."""
        return SearchCriteria(
            text=self.text or None,
            styles=(self.style,) if self.style else (),
            windows=self._windows(now, zone),
            open_at=now if self.open else None,
            order=self.order,
            currency=currency if self.order is SearchOrder.CHEAPEST else None,
            at=now,
            limit=_LIMIT,
        )

    def _windows(self, now: datetime, zone: str) -> tuple[TimeRange, ...]:
        if not self.day and self.part is None:
            return ()
        place, day = time_zone(zone), _date(self.day)
        start, end = now, now + 14 * _A_DAY
        if day is not None:
            start = max(now, datetime.combine(day, time(), place))
            end = min(datetime.combine(day + _A_DAY, time(), place), now + DAYS_TO_CHOOSE * _A_DAY)
        if start >= end:
            return ()
        return tuple(windows_in(start, end, place, self.part, weekends=self.day == WEEKEND))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLink:
    """A free time, and where it is booked."""

    text: str
    """Without the day, after another time of the same day."""
    label: str
    at: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HitCard:
    """A provider that was found."""

    name: str
    href: str
    photo: Picture | None
    initial: str
    where: str
    styles: str
    rating: str
    reviews: str
    price: str
    slots: tuple[SlotLink, ...]
    zone: str
    """Beside the times, where it is not that of the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A link that changes the search."""

    text: str
    href: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class HomePage(PageModel):
    """The search."""

    template: ClassVar = "home/home.html"
    asked: Asked
    action: str
    days: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    styles: tuple[Choice, ...]
    open: Choice
    orders: tuple[Choice, ...]
    found: str
    """How many there are, in words."""
    given_up: str
    hits: tuple[HitCard, ...]
    zone: str
    everything: str
    """Where nothing is asked."""


def home_page(asked: Asked, found: SearchPage, page: Page, links: ObjectLinks, now: datetime) -> HomePage:
    """The page of a search."""
    say, zone = page.say, time_zone(page.site.zone)
    today = now.astimezone(zone).date()
    facets = found.facets
    total = len(found.hits) if facets is None or found.relaxed else facets.total
    return HomePage(
        title=asked.text
        or "".join(page.styles([asked.style]))
        or say(Phrase("Book an appointment you look forward to")),
        description=say(Phrase("See who is free, choose a time and book it in a minute.")),
        robots="noindex" if asked.anything else "",
        asked=asked,
        action=page.link("/"),
        days=_days(page, today),
        parts=(("", say(Phrase("Any time"))), *((each.value, say(text)) for each, text in _PARTS.items())),
        styles=_styles(asked, () if facets is None else facets.styles, page),
        open=Choice(
            text=_open_now(facets, page), href=asked.link(page, open="" if asked.open else _NOW), chosen=asked.open
        ),
        orders=tuple(
            Choice(
                text=say(text),
                href=asked.link(page, sort="" if each is SearchOrder.BEST else each),
                chosen=each is asked.order,
            )
            for each, text in _ORDERS.items()
        ),
        found=say(_MANY, count=page.formats.number(total)) if facets and facets.at_least else say.count(_FOUND, total),
        given_up=_given_up(found.relaxed, page),
        hits=tuple(_card(hit, page, links, today) for hit in found.hits),
        zone=page.formats.zone(page.site.zone),
        everything=page.link("/"),
    )


def _open_now(facets: Facets | None, page: Page) -> str:
    opened = 0 if facets is None else facets.open
    return (
        page.say(Phrase("Open now ({count})"), count=page.formats.number(opened))
        if opened
        else page.say(Phrase("Open now"))
    )


def _given_up(relaxed: Sequence[Relaxation], page: Page) -> str:
    """What was given up, in words: none of it is left out."""
    if len(relaxed) <= 1:
        return "".join(page.say(_GIVEN_UP[each]) for each in relaxed)
    return page.say(
        Phrase("Nobody matches everything. These match if you do without: {what}"),
        what=" · ".join(page.say(_NAMES[each]) for each in relaxed),
    )


def _days(page: Page, today: date) -> tuple[tuple[str, str], ...]:
    days = (today + number * _A_DAY for number in range(DAYS_TO_CHOOSE))
    return (
        ("", page.say(Phrase("Any day"))),
        (WEEKEND, page.say(Phrase("At the weekend"))),
        *((day.isoformat(), page.formats.day(day, today, whole=True)) for day in days),
    )


def _styles(asked: Asked, found: Iterable[str], page: Page) -> tuple[Choice, ...]:
    names = list(islice(found, _MOST_STYLES))
    if asked.style and asked.style not in names:
        names = [asked.style, *names]
    return tuple(
        Choice(text=text, href=asked.link(page, style="" if each == asked.style else each), chosen=each == asked.style)
        for each, text in zip(names, page.styles(names), strict=True)
    )


def _card(hit: Hit, page: Page, links: ObjectLinks, today: date) -> HitCard:
    profile, found = hit.view.profile, hit.found
    zone, formats = time_zone(hit.view.time_zone), page.formats
    href = page.link(f"/providers/{profile.slug}")
    average = profile.rating.average
    price = None if found.price_from is None else formats.money(Money(amount=found.price_from, currency=found.currency))
    return HitCard(
        name=profile.display_name,
        href=href,
        photo=None if profile.photo is None else picture_of(profile.photo, links),
        initial=profile.display_name[:1],
        where=" · ".join(filter(None, (hit.salon.name, hit.salon.city) if hit.salon else (profile.address,))),
        styles=" · ".join(page.styles(profile.styles[:3])),
        rating="" if average is None else formats.rating(average),
        reviews="" if average is None else reviews(page.say, profile.rating.count),
        price="" if price is None else page.say(Phrase("from {price}"), price=price),
        slots=tuple(_slots(hit, page, today, zone)),
        zone="" if hit.view.time_zone == page.site.zone else formats.zone(hit.view.time_zone),
    )


def _slots(hit: Hit, page: Page, today: date, zone: tzinfo) -> Iterator[SlotLink]:
    day = None
    for local in (slot.start.astimezone(zone) for slot in hit.slots):
        whole = page.formats.moment(local, today)
        text = page.formats.clock(local) if local.date() == day else whole
        yield SlotLink(text=text, label=whole, at=local.isoformat(), href=_booking(hit, page, local))
        day = local.date()


def _booking(hit: Hit, page: Page, at: datetime) -> str:
    """Where the quickest service is booked at this time: who is signed in is led on to the summary."""
    service = None if hit.found.quickest is None else str(hit.found.quickest)
    minutes = hit.found.minutes if service is None and hit.view.terms.durations else None
    return page.link(f"/book/{hit.view.profile.id}/you", service=service, minutes=minutes, slot=at.isoformat())


def reviews(say: Wording, number: int) -> str:
    """How many reviews there are."""
    return say.count(Plural("{count} review", "{count} reviews"), number)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
