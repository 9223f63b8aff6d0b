"""The steps of a booking. All that was chosen is in the address, so that each step can be reloaded, shared and left."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking_domain.loyalty.lots import LoyaltyAccountId
from booking_domain.packages.model import PackageId
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.scheduling.services import OfferedService, Service, length_of
from booking_domain.shared.ids import ClaimId, ServiceId
from booking_domain.shared.time import LONGEST_APPOINTMENT
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import day_of, id_of, moment_of, number_of

EVERY: Final = "every"
TIMES: Final = "times"
MINUTES: Final = "minutes"
PROMOTION: Final = "promotion"
PACKAGE: Final = "package"
POINTS: Final = "points"
FREE_TIMES: Final = Phrase("Free times, services and prices of {name}.")
"""What search engines show of the first steps, which are those of the page of who is booked."""
EVERY_WEEKS: Final = (1, 2, 3, 4, 6, 8, 12)
MOST_TIMES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen so far; what cannot be understood counts as not chosen."""

    services: tuple[ServiceId, ...] = ()
    minutes: int = 0
    """The length, of who is booked by length; 0: not chosen."""
    day: date | None = None
    slot: datetime | None = None
    hold: ClaimId | None = None
    """What keeps the slot for who is signed in."""
    until: datetime | None = None
    """When that ends."""
    every: int = 0
    """How many weeks are between appointments that repeat; 0: there is one."""
    times: int = 0
    """How many there are in all."""
    promotion: str = ""
    """The code of a promotion."""
    package: PackageId | None = None
    """The package of which a visit is used."""
    points: LoyaltyAccountId | None = None
    """The account whose points are used, as many as the price takes."""
    reward: str = ""
    """The reward that they pay instead."""
    link: str = ""
    """The token of the booking link by which the visitor came."""
    work: PortfolioItemId | None = None
    """The work from whose page they came."""
    signed_in: bool = False
    """Whether it is known who books; no address says so."""

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]], *, signed_in: bool = False) -> "Choice":
        """What the parameters of an address, or the fields of a form, say."""
        points, _, reward = _one(given, POINTS).partition(" ")
        return cls(
            services=tuple(
                dict.fromkeys(
                    ServiceId(found) for text in given.get("service", ()) if (found := id_of(text)) is not None
                )
            ),
            minutes=_among(range(1, LONGEST_APPOINTMENT + 1), _one(given, MINUTES)),
            day=day_of(_one(given, "day")),
            slot=moment_of(_one(given, "slot")),
            hold=None if (hold := id_of(_one(given, "hold"))) is None else ClaimId(hold),
            until=moment_of(_one(given, "until")),
            every=_among(EVERY_WEEKS, _one(given, EVERY)),
            times=_among(range(2, MOST_TIMES + 1), _one(given, TIMES)),
            promotion=_one(given, PROMOTION).strip(),
            package=None if (package := id_of(_one(given, PACKAGE))) is None else PackageId(package),
            points=None if (account := id_of(points)) is None else LoyaltyAccountId(account),
            reward=reward,
            link=_one(given, "link"),
            work=None if (work := id_of(_one(given, "work"))) is None else PortfolioItemId(work),
            signed_in=signed_in,
        )

    @property
    def duration_minutes(self) -> int | None:
        """The chosen length, as use cases take it."""
        return None if self.services else self.minutes or None

    @property
    def repeats(self) -> bool:
        """Whether there are several appointments."""
        return bool(self.every and self.times)

    def query(self, **changes: object) -> dict[str, object]:
        """The parameters of an address with changes."""
        chosen: dict[str, object] = {
            "service": [str(each) for each in self.services] or None,
            MINUTES: self.minutes or None,
            "day": None if self.day is None else self.day.isoformat(),
            "slot": None if self.slot is None else self.slot.isoformat(),
            "hold": None if self.hold is None else str(self.hold),
            "until": None if self.until is None else self.until.isoformat(),
            EVERY: self.every or None,
            TIMES: self.times or None if self.every else None,
            PROMOTION: self.promotion or None,
            PACKAGE: None if self.package is None else str(self.package),
            POINTS: None if self.points is None else points_value(self.points, self.reward),
            "link": self.link or None,
            "work": None if self.work is None else str(self.work),
        }
        return chosen | changes

    def hidden(self, **changes: object) -> tuple[tuple[str, str], ...]:
        """The same as fields of a form."""
        fields = ((name, each) for name, each in self.query(**changes).items() if each is not None)
        return tuple(
            (name, str(value)) for name, each in fields for value in (each if isinstance(each, list) else [each])
        )

    def offered(self, facts: ProviderPage) -> tuple[OfferedService, ...]:
        """The chosen services, as the provider offers them."""
        offered = {each.offered.id: each.offered for each in facts.services}
        return tuple(offered[each] for each in self.services if each in offered)


def points_value(account_id: LoyaltyAccountId, reward: str = "") -> str:
    """How an address names the account, and the reward."""
    return f"{account_id} {reward}" if reward else str(account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step: whether it is needed, and whether it is done."""

    name: Phrase
    path: str
    """Below `/book/{provider}`."""
    applies: Callable[[Choice, ProviderPage], bool]
    complete: Callable[[Choice, ProviderPage], bool]


def page_of(facts: ProviderPage) -> str:
    """The page of who is booked, without its language."""
    return f"/providers/{facts.view.profile.slug}"


def by_service(facts: ProviderPage) -> bool:
    """Whether customers choose services, not a length."""
    return any(not each.offered.add_on for each in facts.services)


def together(services: Sequence[OfferedService | Service]) -> bool:
    """Whether these services can be booked together: one is no add-on, a class is alone, and all are at one place."""
    return len({each.venue_id for each in services if not each.add_on}) == 1 and (
        len(services) == 1 or not has_class(services)
    )


def has_class(services: Iterable[OfferedService | Service]) -> bool:
    """Whether one of the services is a class."""
    return any(each.capacity > 1 for each in services)


def _known(choice: Choice, facts: ProviderPage) -> bool:
    """Whether it is known what is done; what is kept has its length already."""
    if not by_service(facts):
        return bool(choice.minutes or choice.hold)
    offered = choice.offered(facts)
    return len(offered) == len(choice.services) and together(offered)


STEPS: Final = (
    Step(
        name=Phrase("Service"),
        path="",
        applies=lambda _, facts: by_service(facts) or bool(facts.view.terms.durations),
        complete=_known,
    ),
    Step(
        name=Phrase("Time"),
        path="/time",
        applies=lambda _, __: True,
        complete=lambda choice, _: choice.slot is not None,
    ),
    Step(
        name=Phrase("You"),
        path="/you",
        applies=lambda choice, _: not choice.signed_in,
        complete=lambda _, __: False,
    ),
    Step(
        name=Phrase("Summary"),
        path="/summary",
        applies=lambda _, __: True,
        complete=lambda _, __: False,
    ),
)


SERVICES, TIME, YOU, SUMMARY = STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLink:
    """A step as the page shows it."""

    text: str
    href: str
    """Empty: it cannot be reached yet, or is the present one."""
    current: bool
    done: bool


def first_incomplete(choice: Choice, facts: ProviderPage) -> Step:
    """Where the flow goes on."""
    return next(step for step in STEPS if step.applies(choice, facts) and not step.complete(choice, facts))


def address(step: Step, choice: Choice, facts: ProviderPage, page: Page) -> str:
    """The address of a step with what was chosen."""
    return page.link(f"/book/{facts.view.profile.id}{step.path}", **choice.query())


def step_links(current: Step, choice: Choice, facts: ProviderPage, page: Page) -> tuple[StepLink, ...]:
    """The steps that apply, those before the present one as links."""
    steps = [step for step in STEPS if step.applies(choice, facts)]
    before = steps[: steps.index(current)]
    return tuple(
        StepLink(
            text=page.say(step.name),
            href=address(step, choice, facts, page) if step in before else "",
            current=step is current,
            done=step in before,
        )
        for step in steps
    )


def summary(choice: Choice, facts: ProviderPage, page: Page) -> str:
    """Provider and services in one line; each part keeps its own direction."""
    offered = choice.offered(facts)
    parts = [facts.view.profile.display_name, *(each.name for each in offered)]
    minutes = length_of(offered) or choice.minutes
    if minutes:
        parts.append(page.formats.length(minutes))
    return isolated(*parts)


def _among(allowed: Collection[int], text: str) -> int:
    found = number_of(text)
    return found if found is not None and found in allowed else 0


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(given.get(name, ())), "")
