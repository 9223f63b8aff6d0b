"""The fields of forms about rewards, and what was typed into them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ServiceId
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.components.group import Group
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import amount_of, id_of, whole_of
from entrypoints.web.rewards.rewards import Place

NAME: Final = "name"
PRICE: Final = "price_amount"
VISITS: Final = "visits"
SERVICES: Final = "service_ids"
EVERYTHING: Final = Phrase("Without a choice it is for all.")
_YES: Final = "yes"


def field(name: str, label: Phrase, form: Form, page: Page, *, hint: Phrase | None = None, **more: Any) -> Field:
    """A field with what was typed."""
    about = "" if hint is None else page.say(hint)
    return Field(name=name, label=page.say(label), value=said(form, name), hint=about, autocomplete="off", **more)


def money(name: str, label: Phrase, form: Form, place: Place, page: Page, *, required: bool = False) -> Field:
    """The field of an amount in the currency of the place."""
    text = page.say(label, currency=page.say.values.currency(place.currency))
    return Field(name=name, label=text, value=said(form, name), autocomplete="off", required=required)


def check(name: str, label: Phrase, form: Form, page: Page) -> Check:
    """Something that is so, or not."""
    return Check(name=name, value=_YES, label=page.say(label), checked=checked(form, name))


def services(
    place: Place, form: Form, page: Page, *, name: str = SERVICES, title: Phrase, hint: Phrase = EVERYTHING
) -> Iterator[Group]:
    """The services of the place to choose from; nothing if it has none."""
    if place.services:
        yield Group(name=page.say(title), hint=page.say(hint), fields=tuple(service_checks(place, form, name)))


def service_checks(place: Place, form: Form, name: str) -> Iterator[Check]:
    """Each service of the place."""
    chosen = set(chosen_services(form, name))
    for service_id, text in place.services.items():
        yield Check(name=name, value=str(service_id), label=text, checked=service_id in chosen)


def chosen_services(form: Form, name: str = SERVICES) -> tuple[ServiceId, ...]:
    """The services that were chosen."""
    return tuple(map(ServiceId, ids_in(form.get(name, ()))))


def ids_in(texts: Iterable[str]) -> Iterator[UUID]:
    """The ids among texts."""
    yield from filter(None, map(id_of, texts))


def checked(form: Form, name: str) -> bool:
    """Whether it was said that something is so."""
    return said(form, name) == _YES


def amount(form: Form, name: str, place: Place) -> int | None:
    """An amount in minor units; None: nothing was typed.

    Raises:
        InvalidValue: it is none.
    """
    text = said(form, name)
    if not text:
        return None
    found = amount_of(text, place.currency)
    if found is None:
        raise InvalidValue(field=name, problem="an amount in whole units")
    return found.amount


def number(form: Form, name: str) -> int | None:
    """A whole number; None: nothing was typed.

    Raises:
        InvalidValue: it is none.
    """
    return whole_of(said(form, name), name)
