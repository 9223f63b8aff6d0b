"""The page of a work: one item of the portfolio of a provider."""

from dataclasses import dataclass
from typing import ClassVar, Final

from markupsafe import Markup

from booking_domain.files.ports import ObjectLinks
from booking_domain.portfolio.model import PortfolioItem
from booking_domain.use_cases.catalogue.queries import ProviderPage as Facts
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.link_pictures import Shown, address_of, shown_of
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, picture_of
from entrypoints.web.kit.schema_org import json_ld

WORK_BY: Final = Phrase("Work by {name}")


@dataclass(frozen=True, kw_only=True)
class WorkPage(PageModel):
    """A work."""

    template: ClassVar = "providers/work.html"
    provider: str
    provider_href: str
    text: str
    tags: tuple[str, ...]
    pictures: tuple[Picture, ...]
    book: str
    before: str
    """The work before it in the portfolio; empty: it is the first, or is not shown with the others."""
    after: str
    data: Markup


def work_path(facts: Facts, item: PortfolioItem) -> str:
    """The address of the page, without its language."""
    return f"/providers/{facts.view.profile.slug}/works/{item.id}"


def work_page(facts: Facts, item: PortfolioItem, page: Page, links: ObjectLinks) -> WorkPage:
    """The page of a work."""
    profile, path = facts.view.profile, work_path(facts, item)
    title = page.say(WORK_BY, name=profile.display_name)
    pictures = tuple(picture_of(each, links, alt=item.description or title) for each in item.images)
    others = [each.item for each in facts.portfolio]
    at = next((place for place, each in enumerate(others) if each.id == item.id), None)
    near = {} if at is None else {place: page.link(work_path(facts, each)) for place, each in enumerate(others)}
    provider = page.link(f"/providers/{profile.slug}")
    return WorkPage(
        title=title,
        accent=profile.accent,
        description=item.description[:160] or ", ".join(item.tags),
        picture=address_of(work_picture(facts, item, page), path, page),
        provider=profile.display_name,
        provider_href=provider,
        text=item.description,
        tags=item.tags,
        pictures=pictures,
        book=page.link(f"/book/{profile.id}", work=str(item.id)),
        before="" if at is None else near.get(at - 1, ""),
        after="" if at is None else near.get(at + 1, ""),
        data=json_ld(
            {
                "@type": "CreativeWork",
                "name": title,
                "url": f"{page.site.url}{page.link(path)}",
                "description": item.description,
                "image": [each.url for each in pictures],
                "keywords": ", ".join(item.tags),
                "creator": {
                    "@type": "Organization",
                    "name": profile.display_name,
                    "url": f"{page.site.url}{provider}",
                },
            }
        ),
    )


def work_picture(facts: Facts, item: PortfolioItem, page: Page) -> Shown:
    """What others show beside a link to the page."""
    profile = facts.view.profile
    return shown_of(
        page,
        title=page.say(WORK_BY, name=profile.display_name),
        subtitle=page.say.values.listed(item.tags[:4]),
        accent=profile.accent,
        photo=item.images[0],
    )
