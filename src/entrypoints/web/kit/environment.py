"""The templates: Jinja with escaping, without undefined values, and with the texts of one language."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from entrypoints.languages.documents import Wording
from entrypoints.web.components.all import COMPONENTS
from entrypoints.web.kit.component import Component

FOLDER: Final = Path(__file__).parents[1]
"""Where templates, styles and scripts are: below the package of the pages."""
RIGHT_TO_LEFT: Final = frozenset({"fa"})
NAMES: Final = {"en": "English", "mn": "Монгол", "fa": "فارسی"}
"""The languages in their own words."""


class _Compiled(BytecodeCache):
    """What the languages share: a template is compiled once, not once in each."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._code.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


def compile_templates() -> None:
    """Compile all templates in all languages, which their first pages would wait for."""
    for language in NAMES:
        made = environment_of(language)
        for name in made.list_templates(extensions=["html"]):
            made.get_template(name)


@lru_cache(maxsize=8)
def environment_of(language: str) -> Environment:
    """The templates of one language. `_` and `ngettext` return what is safe to write: values are escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        bytecode_cache=_COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording = Wording(language)

    def say(text: str, **values: object) -> Markup:
        return _filled(wording.template(text), values)

    def count(one: str, many: str, number: int, **values: object) -> Markup:
        return _filled(wording.template(one, many, number), {"count": wording.values(number), **values})

    def ui(component: Component, caller: Callable[[], str] | None = None) -> Markup:
        content = "" if caller is None else caller()
        template = made.get_template(f"components/{component.template}")
        return Markup(template.render(it=component, content=content))  # noqa: S704 - a template of ours, which escapes

    made.globals.update(
        _=say,
        ngettext=count,
        ui=ui,
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        **{component.__name__: component for component in COMPONENTS},
    )
    return made


def _filled(template: str, values: dict[str, Any]) -> Markup:
    return escape(template).format(**values)
