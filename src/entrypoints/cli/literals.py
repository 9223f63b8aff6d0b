"""Finds texts in source code, as templates."""

import ast
import re
from collections.abc import Iterator


class Literals:
    """The possible texts of an expression in one module.

    >>> module = ast.parse("def f(most): return f'at most {most:,} characters'")
    >>> list(Literals(module, "example.py").of(ast.parse("f(3)").body[0].value, needed=True))
    ['at most {most} characters']
    """

    def __init__(self, module: ast.Module, name: str) -> None:
        self._module = module
        self._name = name

    def of(self, text: ast.expr, *, needed: bool) -> Iterator[str]:
        """Yield the templates of an expression.

        Raises:
            LookupError: the text is needed, but its origin cannot be followed.
        """
        match text:
            case ast.Constant(value=str(value)):
                yield value
            case ast.Constant(value=None):
                pass
            case ast.JoinedStr(values=parts):
                yield _template(parts)
            case ast.IfExp(body=one, orelse=other):
                yield from self.of(one, needed=needed)
                yield from self.of(other, needed=needed)
            case ast.Attribute(attr="problem" | "detail" | "message" | "subject"):
                pass  # repeats the text of another error, which is collected where it is raised
            case ast.Name(id=name) if needed:
                yield from self._all(self._assigned(name), text)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name)) if needed:
                yield from self._all(self._returned(name), text)
            case _ if needed:
                raise LookupError(f"{self._name}:{text.lineno}: not a text that can be found for translation")
            case _:
                pass

    def _all(self, found: list[ast.expr], wanted: ast.expr) -> Iterator[str]:
        if not found and not self._passed_in(wanted):
            raise LookupError(f"{self._name}:{wanted.lineno}: where does `{ast.unparse(wanted)}` come from?")
        for text in found:
            yield from self.of(text, needed=True)

    def _assigned(self, name: str) -> list[ast.expr]:
        found = []
        for node in ast.walk(self._module):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                    found.append(value)
                case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                    found.append(value)
                case _:
                    pass
        return found

    def _passed_in(self, wanted: ast.expr) -> bool:
        """Whether a name is a parameter or a loop variable: its text is collected where it is passed in."""
        return isinstance(wanted, ast.Name) and any(
            (isinstance(node, ast.arg) and node.arg == wanted.id)
            or (
                isinstance(node, ast.Tuple)
                and any(isinstance(part, ast.Name) and part.id == wanted.id for part in node.elts)
            )
            for node in ast.walk(self._module)
        )

    def _returned(self, name: str) -> list[ast.expr]:
        functions = [node for node in ast.walk(self._module) if isinstance(node, ast.FunctionDef) and node.name == name]
        return [
            node.value
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
        ]


def _template(parts: list[ast.expr]) -> str:
    """Return the template of an f-string: placeholders are named after their expressions, and numbered if repeated.

    >>> _template(ast.parse("f'{FIRST.year} to {LAST.year}, {name!r}'").body[0].value.values)
    '{year} to {year2}, {name}'
    """
    template, names = "", list[str]()
    for part in parts:
        match part:
            case ast.Constant(value=text):
                template += str(text)
            case ast.FormattedValue(value=value):
                words = re.findall(r"[a-z][a-z0-9_]*", ast.unparse(value).lower().replace("()", ""))
                names.append(words[-1] if words else "value")
                template += "{" + names[-1] + ("" if names.count(names[-1]) == 1 else str(names.count(names[-1]))) + "}"
            case _:
                pass
    return template
