"""The saved providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from booking_domain.use_cases.catalogue.queries import ProviderPage
from booking_domain.use_cases.platform.favourites import FavouriteView
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved provider."""

    name: str
    address: str
    href: str
    action: str
    """Where it is removed."""


@dataclass(frozen=True, kw_only=True)
class SavedPage(PageModel):
    """The saved providers."""

    template: ClassVar = "saved/saved.html"
    saved: tuple[Saved, ...]
    csrf: str


def saved_page(found: Sequence[FavouriteView], page: Page, *, csrf: str) -> SavedPage:
    """The page."""
    return SavedPage(
        title=page.say(Phrase("Saved places")),
        robots="noindex",
        saved=tuple(
            Saved(
                name=each.provider.profile.display_name,
                address=each.provider.profile.address,
                href=page.link(f"/providers/{each.provider.profile.id}"),
                action=page.link(f"/saved/{each.provider.profile.id}/remove"),
            )
            for each in found
        ),
        csrf=csrf,
    )


def save_page(facts: ProviderPage, page: Page, *, csrf: str) -> FormPage:
    """The question whether to save a provider."""
    say, profile = page.say, facts.view.profile
    return FormPage(
        title=say(Phrase("Save this place?")),
        lead=profile.display_name,
        facts=(say(Phrase("You find it again in your account.")),),
        action=page.link(f"/saved/{profile.id}"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Save")),
        links=((say(Phrase("Back")), page.link(f"/providers/{profile.id}")),),
    )
