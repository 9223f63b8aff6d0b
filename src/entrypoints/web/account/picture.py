"""The picture of one's account: a form to upload one, and to remove it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from booking_domain.files.model import MEGABYTE, Folder, UploadLimits
from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.model import User
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, picture_of
from entrypoints.web.kit.uploads import PICTURES


@dataclass(frozen=True, kw_only=True)
class PicturePage(PageModel):
    """The picture of one's account."""

    template: ClassVar = "account/picture.html"
    robots: str = "noindex"
    picture_shown: Picture | None
    action: str
    csrf: Field
    upload: Upload
    remove: str
    account: str

    def failed(self, error: DomainError, page: Page) -> "PicturePage":
        """The page with what was wrong with the picture."""
        return replace(self, upload=replace(self.upload, error=page.say.error(error)))


def own_picture(user: User, links: ObjectLinks, page: Page) -> Picture | None:
    """The picture of an account, if it has one."""
    return None if user.picture is None else picture_of(user.picture, links, page.say(Phrase("Your picture")))


def picture_page(picture: Picture | None, limits: UploadLimits, page: Page, *, csrf: str) -> PicturePage:
    """The page."""
    say, types = page.say, sorted(limits.types_of(Folder.AVATARS))
    kinds = page.say.values.listed(each.partition("/")[2].upper() for each in types)
    return PicturePage(
        title=say(Phrase("Your picture")),
        picture_shown=picture,
        action=page.link("/account/picture"),
        csrf=hidden("csrf", csrf),
        upload=Upload(
            name=PICTURES,
            label=say(Phrase("A picture of you")),
            accept=",".join(types),
            hint=say(
                Phrase("{kinds}, at most {megabytes} MB."),
                kinds=kinds,
                megabytes=page.formats.number(limits.most_bytes(Folder.AVATARS, types[0]) // MEGABYTE),
            ),
        ),
        remove=page.link("/account/picture/remove") if picture else "",
        account=page.link("/account"),
    )
