"""The reference as pages: what the OpenAPI document says, ready for the templates."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

Document = Mapping[str, Any]
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_SCHEMAS: Final = "#/components/schemas/"
_HOST: Final = "https://booking.example.com"
_CODE: Final = re.compile(r"`([^`]+)`")
_PROBLEM_LINE: Final = re.compile(r"^- `([^`]+)`: (.+)$", re.MULTILINE)
_BY_STATUS: Final = "What the status says."
_COMMON: Final = frozenset({"Problem", "ProblemCode", "InputError"})
"""Schemas that have a page of their own, or belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A parameter, a member of a schema, or an answer."""

    name: str
    type: Markup
    about: Markup
    place: str = ""
    """Where a parameter is."""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    about: Markup
    access: str
    deprecated: bool
    parameters: tuple[Row, ...]
    body: Markup
    answers: tuple[Row, ...]
    samples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema."""

    name: str
    about: Markup
    type: Markup
    members: tuple[Row, ...]
    example: str


class Reference:
    """What the pages of a document show."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._codes = frozenset(self._schema("ProblemCode")["enum"])
        self.operations: Final = tuple(
            self._operation(method, path, item[method])
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        )
        self.tags: Final = {each["name"]: str(each["description"]) for each in document["tags"]}
        self.description: Final = marked(document["info"]["description"])

    def of(self, tag: str) -> tuple[Operation, ...]:
        """The operations of a tag."""
        return tuple(each for each in self.operations if each.tag == tag)

    def found(self, asked: str) -> tuple[Operation, ...]:
        """The operations that have all words in their tag, method, path, summary or name."""
        words = asked.lower().split()
        return tuple(
            each
            for each in self.operations
            if all(word in f"{each.tag} {each.method} {each.path} {each.summary} {each.id}".lower() for word in words)
        )

    def problems(self) -> list[tuple[str, Markup]]:
        """The codes of problems, with what each means."""
        codes = self._schema("ProblemCode")
        meanings: dict[str, str] = dict(_PROBLEM_LINE.findall(codes["description"]))
        return [(code, marked_line(meanings.get(code, _BY_STATUS))) for code in codes["enum"]]

    def schemas(self, tag: str) -> list[Schema]:
        """What the operations of a tag take and answer, with what that is made of."""
        asked = [
            item[method]
            for item in self._document["paths"].values()
            for method in _METHODS
            if method in item and tag in item[method]["tags"]
        ]
        names = {name for each in asked for name in _references(self._whole(each))}
        waiting = list(names)
        while waiting:
            inside = set(_references(self._schema(waiting.pop()))) - names
            names |= inside
            waiting += inside
        return [self._shown(name) for name in sorted(names - _COMMON)]

    def _shown(self, name: str) -> Schema:
        schema = self._schema(name)
        required = set(schema.get("required", ()))
        example = next(iter(schema.get("examples", ())), None)
        return Schema(
            name=name,
            about=marked(schema.get("description", "")),
            type=_type(schema),
            members=tuple(
                Row(
                    name=member,
                    type=_type(each),
                    about=marked_line(each.get("description", "")),
                    required=member in required,
                )
                for member, each in schema.get("properties", {}).items()
            ),
            example="" if example is None else dumps(example, indent=2, ensure_ascii=False),
        )

    def _operation(self, method: str, path: str, item: Mapping[str, Any]) -> Operation:
        parameters = [self._resolved(each) for each in item["parameters"]]
        content = item.get("requestBody", {}).get("content", {})
        body = next((each["schema"] for each in content.values()), None)
        public = item.get("security") == []
        return Operation(
            id=item["operationId"],
            tag=item["tags"][0],
            method=method.upper(),
            path=path,
            summary=item["summary"],
            about=marked(item.get("description", "")),
            access="without a token" if public else "with a token",
            deprecated=item.get("deprecated", False),
            parameters=tuple(
                Row(
                    name=each["name"],
                    type=_type(each["schema"]),
                    about=marked_line(each.get("description", "")),
                    place=each["in"],
                    required=each.get("required", False),
                )
                for each in parameters
            ),
            body=Markup() if body is None else _type(body),
            answers=tuple(self._answer(status, each) for status, each in item["responses"].items()),
            samples=tuple(_samples(method, path, parameters, self._example(body), public=public)),
        )

    def _answer(self, status: str, answer: Mapping[str, Any]) -> Row:
        whole = self._resolved(answer)
        types = [
            _type(each["schema"]) if "json" in kind else Markup("<code>{}</code>").format(kind)
            for kind, each in whole.get("content", {}).items()
        ]
        if status == "default":
            about = Markup('As <a href="/docs/problems">any operation</a>: what the token, the body or the limits say.')
        else:
            about = marked_line(answer.get("description") or whole["description"], self._codes)
        return Row(name=status, type=Markup(", ").join(types), about=about)

    def _example(self, body: Mapping[str, Any] | None) -> object:
        """An example of a body; None without one."""
        if body is None:
            return None
        name = str(body.get("$ref", "")).removeprefix(_SCHEMAS)
        return next(iter((self._schema(name) if name else body).get("examples", ())), {})

    def _schema(self, name: str) -> Mapping[str, Any]:
        schema: Mapping[str, Any] = self._document["components"]["schemas"][name]
        return schema

    def _resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference to a parameter or an answer means."""
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        found: Mapping[str, Any] = self._document["components"][kind][name]
        return found

    def _whole(self, item: Mapping[str, Any]) -> list[object]:
        return [
            item.get("requestBody"),
            *(self._resolved(each) for each in item["parameters"]),
            *(self._resolved(each) for each in item["responses"].values()),
        ]


def marked(text: str) -> Markup:
    """Paragraphs, lists and code of a description as HTML."""
    parts = []
    for block in filter(None, (each.strip() for each in text.split("\n\n"))):
        lines = block.split("\n")
        if all(line.startswith("- ") for line in lines):
            items = Markup("").join(Markup("<li>{}</li>").format(marked_line(line[2:])) for line in lines)
            parts.append(Markup("<ul>{}</ul>").format(items))
        else:
            parts.append(Markup("<p>{}</p>").format(marked_line(" ".join(lines))))
    return Markup("\n").join(parts)


def marked_line(text: str, problems: Container[str] = ()) -> Markup:
    """Code of a line as HTML; the code of a problem leads to what it means."""

    def code(found: re.Match[str]) -> str:
        if found[1] in problems:
            return f'<a href="/docs/problems#{found[1]}"><code>{found[1]}</code></a>'
        return f"<code>{found[1]}</code>"

    return Markup(_CODE.sub(code, str(escape(text))))  # noqa: S704 - escaped first


def _type(schema: Mapping[str, Any]) -> Markup:
    """What a value may be, in few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SCHEMAS)
        address = "/docs/problems" if name in _COMMON else f"#schema-{name}"
        return Markup('<a href="{}">{}</a>').format(address, name)
    if "anyOf" in schema:
        return Markup(" or ").join(_type(each) for each in schema["anyOf"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(schema["const"])
    if "enum" in schema:
        return Markup(", ").join(Markup("<code>{}</code>").format(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(_type(schema.get("items", {})))
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    text = " ".join(filter(None, (str(schema.get("type", "any")), schema.get("format", ""))))
    return escape(", ".join((text, *limits)))


_LIMITS: Final = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "default": "by default",
}


def _references(value: object) -> Iterator[str]:
    """The names of the schemas that stand in a value."""
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith(_SCHEMAS):
            yield reference.removeprefix(_SCHEMAS)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _samples(
    method: str, path: str, parameters: Sequence[Mapping[str, Any]], body: object, *, public: bool
) -> Iterator[tuple[str, str]]:
    """A request with curl, Python and TypeScript: what is required, and the body."""
    query = {
        each["name"]: each.get("example", "…") for each in parameters if each["in"] == "query" and each.get("required")
    }
    for each in parameters:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(each.get("example", "…")))
    address = f"{_HOST}{path}" + (f"?{urlencode(query)}" if query else "")
    verb = method.upper()
    given = [] if public else ["-H 'Authorization: Bearer '$TOKEN"]
    if body is not None:
        text = dumps(body, ensure_ascii=False).replace("'", "'\\''")
        given += ["-H 'Content-Type: application/json'", f"-d '{text}'"]
    yield "curl", " \\\n  ".join([f"curl -X {verb} '{address}'", *given])
    python = [f'"{address}"']
    if not public:
        python.append('headers={"Authorization": f"Bearer {token}"}')
    if body is not None:
        python.append(f"json={body!r}")
    arguments = "".join(f"\n    {each}," for each in python)
    yield "Python", f"import httpx\n\nanswer = httpx.{method}({arguments}\n)\nanswer.raise_for_status()"
    headers = [
        *([] if public else ["Authorization: `Bearer ${token}`"]),
        *([] if body is None else ['"Content-Type": "application/json"']),
    ]
    options = [
        f'method: "{verb}"',
        *([f"headers: {{ {', '.join(headers)} }}"] if headers else []),
        *([] if body is None else [f"body: JSON.stringify({dumps(body, ensure_ascii=False)})"]),
    ]
    inside = "".join(f"\n  {each}," for each in options)
    yield "TypeScript", f'const answer = await fetch("{address}", {{{inside}\n}});\nif (!answer.ok) throw answer;'
