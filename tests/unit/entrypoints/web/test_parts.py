"""What the parts of pages are made of: templates, components, styles, scripts, texts."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import nodes

from booking_domain.catalogue.model import Accent
from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.components.all import COMPONENTS
from entrypoints.web.errors.errors import ErrorPage
from entrypoints.web.home.home import HomePage
from entrypoints.web.kit.assets import assets, style_files, stylesheet
from entrypoints.web.kit.component import Component
from entrypoints.web.kit.environment import FOLDER, environment_of
from entrypoints.web.kit.pages import PageModel
from entrypoints.web.styleguide.routes import examples_of

TEMPLATES = sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.html"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom|width|height"
    r"|(?:min|max)-(?:width|height)|text-align:\s*(?:left|right)|float:\s*(?:left|right))\s*:"
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(")
WIDELY_AVAILABLE = {
    r"@[a-z-]+": "@layer @media @supports @container",
    r"::?[a-z-]+(?=[^;{}]*\{)": "::after ::before ::backdrop ::placeholder :active :checked :dir :disabled :first-child"
    " :focus :focus-visible :focus-within :has :hover :is :lang :last-child :not :nth-child :root :target :where",
    r"[a-z-]+(?=\()": "brightness calc clamp dir fit-content has inset is lang light-dark linear-gradient max min"
    " minmax not nth-child repeat url var where",
}
"""At-rules, pseudo-classes and functions that all browsers have had for 30 months (Baseline, November 2026)."""
WITH_FALLBACK = {"::-webkit-details-marker"}
"""Only Safari needs it; docs/use/pages.md lists properties and scripts that are younger."""
TOO_YOUNG = re.compile(
    r"\b(?:anchor-name|animation-timeline|corner-shape|field-sizing|interpolate-size|position-anchor|reading-flow"
    r"|text-box|timeline-scope|view-transition-name|startViewTransition|moveBefore|navigation\.navigate"
    r"|parseCreationOptionsFromJSON|parseRequestOptionsFromJSON|Promise\.try|URLPattern|scheduler\.)"
)
VISITORS_KILOBYTES = {".css": 15, ".js": 15}


def read_by(template: str) -> set[str]:
    """The fields of `it` that a template, and those it builds on, read."""
    environment = environment_of("en")
    parsed = environment.parse((FOLDER / template).read_text(encoding="utf-8"))
    found = {
        each.attr
        for each in parsed.find_all(nodes.Getattr)
        if isinstance(each.node, nodes.Name) and each.node.name == "it"
    }
    for extended in parsed.find_all(nodes.Extends):
        assert isinstance(extended.template, nodes.Const)
        found |= read_by(extended.template.value)
    return found


def models() -> list[type[PageModel]]:
    assert {HomePage, ErrorPage} <= set(PageModel.__subclasses__())
    return sorted(PageModel.__subclasses__(), key=lambda model: model.__name__)


def test_a_template_reads_the_fields_of_its_model_and_no_others() -> None:
    for model in models():
        declared = {field.name for field in fields(model)}
        assert read_by(model.template) == declared, model.__name__


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_a_component_reads_its_parameters_and_has_examples_of_all(component: type[Component]) -> None:
    declared = {field.name for field in fields(component)}
    assert read_by(f"components/{component.template}") == declared
    examples = [each.component for each in examples_of(component.__module__)]
    defaults = {field.name: field.default for field in fields(component)}
    shown = {name for example in examples for name in declared if getattr(example, name) != defaults[name]}
    assert shown == declared - {"id"} | (shown & {"id"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_compiles_and_no_page_writes_an_input_of_its_own(language: str) -> None:
    for template in TEMPLATES:
        environment_of(language).get_template(template)
        text = (FOLDER / template).read_text(encoding="utf-8")
        assert template.startswith("components/") or "<input" not in text, template
        assert "|safe" not in text.replace(" ", ""), template
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script>", text), template


def test_styles_are_logical_and_take_their_colours_from_the_tokens() -> None:
    assert len(style_files()) > len(COMPONENTS)
    for file in style_files():
        rules = re.sub(r"@media[^{]*\{|/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert PHYSICAL.findall(rules) == [], file.name
        if file.name != "tokens.css":
            assert COLOUR.findall(rules) == [], file.name


def test_every_accent_can_be_read_in_both_schemes() -> None:
    tokens = (FOLDER / "styles" / "tokens.css").read_text(encoding="utf-8")
    root = _colours(tokens.partition("[data-accent")[0])
    for accent in Accent:
        [own] = re.findall(rf'\[data-accent="{accent}"\] \{{(.*?)\}}', tokens) or [""]
        assert own or accent is Accent.WINE
        colours = root | _colours(own)
        for scheme in (0, 1):
            ink = colours["accent"][scheme]
            grounds = [colours[name][scheme] for name in ("ground", "paper", "soft", "accent-soft", "on-accent")]
            assert min(_contrast(ink, ground) for ground in grounds) >= 4.5, f"{accent}, {grounds}"


def _colours(css: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([a-z0-9-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)", css)
    return {name: (light, dark) for name, light, dark in found}


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_styles_and_scripts_use_what_browsers_have_had_for_long() -> None:
    text = re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)
    for kind, known in WIDELY_AVAILABLE.items():
        assert set(re.findall(kind, text)) - WITH_FALLBACK <= set(known.split()), kind
    for file in (*style_files(), *sorted(FOLDER.rglob("*.js"))):
        assert TOO_YOUNG.findall(file.read_text(encoding="utf-8")) == [], file.name


def test_every_rule_is_in_a_layer() -> None:
    for file in style_files():
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
        assert text.startswith("@layer "), file.name


def test_scripts_are_short_and_write_no_html_from_text() -> None:
    scripts = sorted(FOLDER.rglob("*.js"))
    assert scripts
    for file in scripts:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text), file
        assert len(text.splitlines()) <= 60, file


def test_what_a_visitor_loads_is_small() -> None:
    for suffix, most in VISITORS_KILOBYTES.items():
        packed = [asset.bodies["gzip"] for name, asset in assets().items() if Path(name).suffix == suffix]
        assert 0 < sum(map(len, packed)) <= most * 1_024, suffix
