"""What chapters teach and tools reuse: the definitions in cells tagged ``export``, executed as they stand."""

from __future__ import annotations

import ast
import hashlib
import io
import linecache
import re
import tokenize
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode

from tools.notebooks import NotebookError, find_chapter, read, tags

Definition = ast.FunctionDef | ast.ClassDef


def imports(notebook: NotebookNode) -> list[ast.Import | ast.ImportFrom]:
    """Every import of a notebook but those of its solutions."""
    return [
        node
        for cell in notebook.cells
        if cell.cell_type == "code" and "solution" not in tags(cell)
        for node in ast.walk(ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.M)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def source(chapter: str) -> str:
    """The code of a chapter's exported cells.

    Raises:
        NotebookError: The chapter does not exist or exports nothing.
    """
    path = find_chapter(chapter)
    cells = [cell.source for cell in read(path).cells if "export" in tags(cell)]
    if not cells:
        raise NotebookError(f"{path.name} has no cell tagged 'export'")
    return "\n\n\n".join(cells) + "\n"


def exported(chapter: str) -> dict[str, Any]:
    """Execute a chapter's imports and exported cells, nothing else; return the names that they define."""
    head = ast.unparse(ast.Module(body=imports(read(find_chapter(chapter))), type_ignores=[]))
    code, name = f"{head}\n{source(chapter)}", f"<exported by {chapter}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # AutoGraph reads the source
    namespace: dict[str, Any] = {}
    exec(compile(code, name, "exec"), namespace)
    return namespace


def taught(chapter: str, name: str) -> tuple[Callable[..., Any], str]:
    """An exported function, executed, and its digest before a long run in which the chapter may be edited.

    Raises:
        NotebookError: The chapter exports no such definition; nothing was executed then.
    """
    before = digest(chapter, name)
    return exported(chapter)[name], before


def digest(chapter: str, name: str) -> str:
    """SHA-256 of an exported definition and of all exported ones that it uses, directly or not.

    A stored result names the code that made it. Comments, docstrings and white space do not count, but nesting does.

    Raises:
        NotebookError: The chapter exports no such definition.
    """
    code = source(chapter)
    statements = {_name(node): node for node in ast.parse(code).body}
    if name not in statements:
        raise NotebookError(f"{chapter} exports no {name}; it exports {', '.join(statements)}")
    used, left = set(), [name]
    while left:
        used.add(found := left.pop())
        words = {node.id for node in ast.walk(statements[found]) if isinstance(node, ast.Name)}
        left += (words & statements.keys()) - used
    bare = [_bare(_lines(code, node)) for key, node in statements.items() if key in used]
    return hashlib.sha256("\n".join(bare).encode()).hexdigest()


def _name(node: ast.stmt) -> str:
    """What a top-level statement of an exported cell defines."""
    if isinstance(node, Definition):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    raise NotebookError(f"an exported cell holds only definitions, not: {ast.unparse(node)[:60]}")


def _lines(code: str, node: ast.stmt) -> str:
    """The lines of a statement, decorators included."""
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(code.splitlines()[first - 1 : node.end_lineno])


def _bare(code: str) -> str:
    """Code less comments, docstrings and white space, with arrows for the nesting that white space showed."""
    lines = code.splitlines()
    arrows = [""] * (len(lines) + 1)  # before each line; the last blocks end after the last line
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT:
            lines[row - 1] = lines[row - 1][:column]
        if token.type in (tokenize.INDENT, tokenize.DEDENT):
            arrows[row - 1] += "→" if token.type == tokenize.INDENT else "←"
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, Definition) and ast.get_docstring(node) is not None:
            text = node.body[0]
            lines[text.lineno - 1 : text.end_lineno] = [""] * (text.end_lineno - text.lineno + 1)
    return "".join(arrow + "".join(line.split()) for arrow, line in zip(arrows, [*lines, ""], strict=True))
