"""How the members of a salon come to the appointments that are booked with anybody."""

from collections.abc import Iterator
from typing import Final

from booking_domain.catalogue.salons import MAX_MEMBERS, MemberStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.turns import EQUAL, MAX_PRIORITY, Turn
from booking_domain.use_cases.platform.views import ManagedSalon, MemberView
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import whole_of
from entrypoints.web.rewards.rewards import PATH

MOST_TURN_FIELDS: Final = 1 + 2 * MAX_MEMBERS
"""Of the form of the largest salon."""
_WEIGHT: Final = "weight-"
_ORDER: Final = "order-"
_FIRST: Final = "first"
_EQUAL: Final = "equal"
_LAST: Final = "last"
_PRIORITIES: Final = {_FIRST: MAX_PRIORITY * 3 // 4, _EQUAL: EQUAL.priority, _LAST: MAX_PRIORITY // 4}
_ORDERS: Final = (
    (_FIRST, Phrase("Before the others")),
    (_EQUAL, Phrase("Together with the others")),
    (_LAST, Phrase("Only if no other is free")),
)


def path_of(managed: ManagedSalon) -> str:
    """The address, without a language."""
    return f"{PATH}/{managed.salon.id}/turns"


def members_of(managed: ManagedSalon) -> tuple[MemberView, ...]:
    """Those who are members."""
    return tuple(each for each in managed.members if each.status is MemberStatus.MEMBER)


def turns_page(managed: ManagedSalon, page: Page, *, csrf: str, done: bool, form: Form | None = None) -> FormPage:
    """The page."""
    say = page.say
    members = members_of(managed)
    facts = (
        say(Phrase("It counts if customers of {salon} choose anybody."), salon=isolated(managed.salon.name)),
        say(Phrase("Somebody with a share of 200 gets twice as much of this work as somebody with 100.")),
    )
    return FormPage(
        title=say(Phrase("Whose turn it is")),
        done=say(Phrase("The turns are saved.")) if done else "",
        facts=facts if members else (say(Phrase("The salon has no members yet.")),),
        action=page.link(path_of(managed)),
        fields=(hidden("csrf", csrf), *(field for each in members for field in _fields(each, form or {}, page))),
        button=say(Phrase("Save")),
        links=((say(Phrase("Back")), page.link(f"{PATH}/{managed.salon.id}")),),
    )


def turns_in(form: Form, managed: ManagedSalon) -> Iterator[tuple[ProviderId, Turn]]:
    """What was changed.

    Raises:
        InvalidValue: a share is none; the field is that of the member.
    """
    for each in members_of(managed):
        order = said(form, f"{_ORDER}{each.provider_id}")
        weight = whole_of(said(form, name := f"{_WEIGHT}{each.provider_id}"), name)
        priority = each.turn.priority if order in {"", _order_of(each.turn)} else _PRIORITIES.get(order, EQUAL.priority)
        try:
            turn = Turn(weight=each.turn.weight if weight is None else weight, priority=priority)
        except InvalidValue as error:
            raise InvalidValue(field=name, problem=error.problem) from None
        if turn != each.turn:
            yield each.provider_id, turn


def _fields(member: MemberView, form: Form, page: Page) -> Iterator[Field]:
    say, name = page.say, isolated(member.name)
    yield Field(
        name=f"{_ORDER}{member.provider_id}",
        label=say(Phrase("When {name} comes"), name=name),
        value=said(form, f"{_ORDER}{member.provider_id}") or _order_of(member.turn),
        choices=tuple((value, say(text)) for value, text in _ORDERS),
    )
    yield Field(
        name=f"{_WEIGHT}{member.provider_id}",
        label=say(Phrase("Share of {name}"), name=name),
        value=said(form, f"{_WEIGHT}{member.provider_id}") or page.formats.number(member.turn.weight),
        required=True,
    )


def _order_of(turn: Turn) -> str:
    if turn.priority == EQUAL.priority:
        return _EQUAL
    return _FIRST if turn.priority > EQUAL.priority else _LAST
