"""The laws of a notebook, one function each: it yields every breach as the number of a cell and what is wrong."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from tools.address import owner_and_name, repository
from tools.notebooks import NOTEBOOKS, SETUP, TAGS, code_digest, sanitise, tags, text_of

Breach = tuple[int, str]
Rule = Callable[[NotebookNode, Path], Iterator[Breach]]
RULES: list[Rule] = []

CALLOUTS = ("**Predict.**", "**Trap.**", "**Note.**", "**Try.**")
CLOSING = ["Exercises", "Summary", "Recall", "Further reading"]
WHOLE = r"\d{1,3}(?:[,\s]\d{3})+|\d+"
UNIT = r"(?:×|%|(?:ms|µs|s|times|seconds|minutes|per cent)\b)"
LONGEST_CELL, LARGEST_FIGURE, LARGEST_NOTEBOOK = 40, 60_000, 400_000


def law(rule: Rule) -> Rule:
    """Add a rule to the book of laws."""
    RULES.append(rule)
    return rule


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    return ((number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code")


def prose_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    return ((number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "markdown")


def without_code(text: str) -> str:
    """Markdown less its fenced and inline code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^\s*(```|~~~).*?^\s*\1", "", text, flags=re.S | re.M))


def syntax(cell: NotebookNode) -> ast.Module:
    """The syntax tree of a code cell; line magics become ``pass``."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.M))


def headings(notebook: NotebookNode) -> list[tuple[int, int, str]]:
    """(cell, level, title) of every heading."""
    return [
        (number, len(match[1]), match[2].strip())
        for number, cell in prose_cells(notebook)
        for match in re.finditer(
            r"^(#{1,6}) (.+)$", re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M), flags=re.M
        )
    ]


def sections(notebook: NotebookNode) -> list[tuple[str, list[tuple[int, NotebookNode]]]]:
    """The H2 sections: title and numbered cells. What stands before the first H2 is the section ''."""
    found: list[tuple[str, list[tuple[int, NotebookNode]]]] = [("", [])]
    for number, cell in enumerate(notebook.cells):
        title = re.search(r"^## (.+)$", cell.source, flags=re.M) if cell.cell_type == "markdown" else None
        if title:
            found.append((title[1].strip(), []))
        found[-1][1].append((number, cell))
    return found


@law
def opening(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Title, card, question with objectives, then the setup cell, before any other code."""
    number = path.stem.split("_")[0].lstrip("0")
    cells = notebook.cells
    if not re.match(rf"# {number} · \S", cells[0].source) or cells[0].cell_type != "markdown":
        yield 0, f"the first cell must be the title '# {number} · ...'"
    if len(cells) < 2 or "card" not in tags(cells[1]):
        yield 1, "the second cell must be the generated card, with the tag 'card'"
    first_code = next((n for n, _ in code_cells(notebook)), 0)
    if not any("**By the end you can**" in cell.source for cell in cells[2:first_code]):
        yield 2, "the objectives ('**By the end you can** ...') must stand before the setup cell"
    if set(tags(cells[first_code])) != {"setup", "nbval-ignore-output"}:
        yield first_code, "the first code cell must be the setup cell, tagged 'setup' and 'nbval-ignore-output'"
    if re.sub(r"logical_cpus=\d", "", cells[first_code].source) != SETUP.format(address=repository()):
        yield (
            first_code,
            (
                "the setup cell must be SETUP of tools/notebooks.py, with the address of _config.yml; "
                "bu.setup(logical_cpus=2) may divide the processor"
            ),
        )


@law
def outline(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """One H1, no skipped level, and the four closing sections in their order."""
    level = 0
    for cell, depth, title in headings(notebook):
        if depth > level + 1 or (depth == 1 and level):
            yield cell, f"the heading '{title}' has level {depth} after level {level}"
        level = depth
    closing = [title for _, depth, title in headings(notebook) if depth == 2][-4:]
    if closing != CLOSING:
        yield len(notebook.cells) - 1, f"the last sections must be {CLOSING}, they are {closing}"


@law
def plain_markdown(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """No MyST directive or role, no HTML but <details>: the text must read well on Colab and GitHub too.

    Inside <summary> Markdown shows raw, so code there is <code>.
    """
    for number, cell in prose_cells(notebook):
        if re.search(r"^\s*(:::|```\{|~~~\{)", cell.source, flags=re.M):
            yield number, "a MyST directive shows as raw text outside the site"
        if re.search(r"\{[a-z:-]+\}`", cell.source):
            yield number, "a MyST role shows as raw text outside the site"
        elements = set(re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)[ >/]", without_code(cell.source)))
        for element in elements - {"details", "summary", "code"}:
            yield number, f"the HTML element <{element}> is not used in notebooks"
        for summary in re.findall(r"<summary>(.*?)</summary>", cell.source, flags=re.S):
            if re.search(r"[`*$]", summary):
                yield number, "Markdown inside <summary> shows raw: write <code>...</code>"


@law
def callouts(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """A blockquote is a callout: it opens with Predict, Trap, Note or Try in bold."""
    for number, cell in prose_cells(notebook):
        for block in re.finditer(r"(?:^|\n\n|^[^>\n].*\n)((?:>.*\n?)+)", cell.source):
            text = block[1].lstrip("> ").lstrip()
            if not text.startswith(CALLOUTS):
                yield number, f"the blockquote '{text[:40]}' opens with none of {', '.join(CALLOUTS)}"


@law
def predictions(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Every main section that runs code asks the reader to predict before an output."""
    for title, cells in sections(notebook)[1:]:
        runs = any(cell.cell_type == "code" for _, cell in cells)
        if runs and title not in CLOSING and not any("**Predict.**" in cell.source for _, cell in cells):
            yield cells[0][0], f"the section '{title}' runs code but asks for no prediction"


@law
def links(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Relative links lead to files, links to the repository to the address of _config.yml, no image is remote."""
    for number, cell in prose_cells(notebook):
        for image, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", without_code(cell.source)):
            remote = re.match(r"[a-z]+:", target)
            if image and remote:
                yield number, f"the image {target} is loaded from another host"
            colab = re.match(r"https://colab\.research\.google\.com/github/([^/]+/[^/]+)/", target)
            if colab and colab[1] != owner_and_name(repository()):
                yield number, f"the Colab link names {colab[1]}, _config.yml names {owner_and_name(repository())}"
            if not remote and not target.startswith("#") and not (NOTEBOOKS / target.split("#")[0]).exists():
                yield number, f"the link {target} leads nowhere"
            if "." in target.partition("#")[2]:
                yield number, f"the link {target} has a dot behind its #, on which the script of the site's theme fails"


@law
def known_tags(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Tags come from one set; only the setup cell is exempt from comparison; no comment exempts a cell."""
    for number, cell in enumerate(notebook.cells):
        for tag in set(tags(cell)) - TAGS:
            yield number, f"the tag '{tag}' is not one of {', '.join(sorted(TAGS))}"
        if "nbval-ignore-output" in tags(cell) and "setup" not in tags(cell):
            yield number, "only the setup cell may carry nbval-ignore-output"
        if cell.cell_type == "code" and re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            yield number, "a comment exempts the cell from the comparison"


@law
def short_cells(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """No cell longer than 40 lines."""
    for number, cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL:
            yield number, f"{lines} lines of code, {LONGEST_CELL} are allowed"


@law
def clean_outputs(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """No stderr, no error, no absolute path, object id or time stamp in a stored output."""
    patterns = {
        r"(?<![\w.])/(?:home|root|tmp|Users|work|content)/": "an absolute path",
        r"0x[0-9a-f]{6,}": "an object id",
        r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\b\d\d:\d\d:\d\d\b": "a time stamp",
    }
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr" or output.output_type == "error":
                yield number, f"the output holds {output.get('name', 'an uncaught error')}: {text_of(output)[:80]}"
            for pattern, what in patterns.items():
                if re.search(pattern, text_of(output)):
                    yield number, f"the output holds {what}"


@law
def small_files(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Figures are PNG of at most 60 kB; the notebook is at most 400 kB."""
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            for kind, content in output.get("data", {}).items():
                if kind.startswith("image/") and kind != "image/png":
                    yield number, f"a figure is {kind}, not PNG"
                size = len(base64.b64decode(content)) if kind == "image/png" else 0
                if size > LARGEST_FIGURE:
                    yield number, f"a figure has {size} bytes, {LARGEST_FIGURE} are allowed"
    size = len(json.dumps(notebook, ensure_ascii=False).encode())
    if size > LARGEST_NOTEBOOK:
        yield 0, f"the notebook has {size} bytes, {LARGEST_NOTEBOOK} are allowed"


@law
def text_alternatives(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Every figure has a text alternative of some substance in its cell's metadata."""
    for number, cell in code_cells(notebook):
        drawn = any("image/png" in output.get("data", {}) for output in cell.outputs)
        alternative = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if drawn and len(alternative) < 30:
            yield number, 'the figure needs a text alternative: mystnb={"image": {"alt": "..."}}'


@law
def quiet_calls(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """fit, evaluate and predict run with verbose=0; no shell; %pip only in setup; no cell ends in a semicolon."""
    for number, cell in code_cells(notebook):
        for call in (node for node in ast.walk(syntax(cell)) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            quiet = any(k.arg == "verbose" and getattr(k.value, "value", None) == 0 for k in call.keywords)
            if name in {"fit", "evaluate", "predict"} and not quiet:
                yield number, f"{name}() must be called with verbose=0"
        if re.search(r"^\s*[!%]", cell.source, flags=re.M) and "setup" not in tags(cell):
            yield number, "magics and shell commands do not belong in a chapter"
        if cell.source.rstrip().endswith(";"):
            yield number, "the cell ends in a semicolon, which the comparison ignores"


@law
def keras_three(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Keras is imported as keras; tf.keras appears only inside a trap."""
    for number, cell in code_cells(notebook):
        tree = syntax(cell)
        traps = [n for n in ast.walk(tree) if isinstance(n, ast.With) and "bu.trap" in ast.unparse(n.items[0])]
        exhibits = {inner for trap in traps for inner in ast.walk(trap)}
        named = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node not in exhibits)
        if any(ast.unparse(node) == "tf.keras" for node in named):
            yield number, "write keras, not tf.keras"


@law
def numbers_in_prose(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """A decimal, or a number of times, per cent or seconds, stands in code or in an exact output; a measured one is
    quoted as its claim's bound."""
    computed = set()
    for _, cell in code_cells(notebook):
        shown = "\n".join(sanitise(text_of(output)) for output in cell.outputs)
        computed |= set(re.findall(r"\d+(?:\.\d+)?", (cell.source + "\n" + shown).replace(",", "")))
    for number, cell in prose_cells(notebook):
        bare = re.sub(r"`(-?\d+(?:\.\d+)?)`", r"\1", cell.source)  # a number in code style is still a number
        text = re.sub(r"\]\([^)]*\)", "]", without_code(bare))
        if "card" in tags(cell) or "## Further reading" in text:
            continue
        whole = [re.sub(r"\D", "", count) for count in re.findall(rf"(?<![\w.,])({WHOLE})\s?{UNIT}", text)]
        for decimal in [*re.findall(r"(?<![\w.])\d+\.\d+(?![\w.]*\d)", text), *whole]:
            if (
                decimal not in computed
                and not re.fullmatch(rf"{path.stem[:2]}\.\d", decimal)
                and not _version(decimal, text)
            ):
                yield (
                    number,
                    f"the number {decimal} in the prose is computed by no cell (or is measured: quote the claim)",
                )
        if "≈" in text:
            yield number, "prose quotes no measured number: quote the bound of its claim"


def _version(decimal: str, text: str) -> bool:
    return bool(re.search(rf"(?:TensorFlow|Keras|Python|NumPy|gym|gymnasium|TF) {re.escape(decimal)}", text))


@law
def measurements_are_claimed(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """A section that prints a measured number makes a claim that could fail; what is in quotes is no number."""
    for title, cells in sections(notebook):
        printed = [(n, "".join(map(text_of, cell.outputs))) for n, cell in cells if cell.cell_type == "code"]
        measuring = [n for n, text in printed if re.search(r'≈ *[^" ]', text)]
        claims = any(cell.cell_type == "code" and "bu.claim(" in cell.source for _, cell in cells)
        if measuring and not claims:
            yield measuring[0], f"the section '{title}' prints a measured number and claims nothing about it"


@law
def functions_are_used(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """No function or class is defined that the notebook does not use."""
    words = "\n".join(cell.source for _, cell in code_cells(notebook))
    for number, cell in code_cells(notebook):
        for node in syntax(cell).body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if named and len(re.findall(rf"\b{node.name}\b", words)) < 2:
                yield number, f"{node.name} is defined and never used"


@law
def exercises(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """At least three exercises, numbered and graded, each statement, stub, check, solution, and a score at the end."""
    cells = notebook.cells
    chapter = path.stem.split("_")[0]
    stubs = [number for number, cell in code_cells(notebook) if "exercise" in tags(cell)]
    if len(stubs) < 3:
        yield len(cells) - 1, f"{len(stubs)} exercises, three is the least"
    stars = []
    for position, number in enumerate(stubs, start=1):
        name = f"{chapter}.{position}"
        statement = re.search(rf"^### {re.escape(name)} (★{{1,3}}) ", cells[number - 1].source, flags=re.M)
        if cells[number - 1].cell_type != "markdown" or not statement:
            yield number - 1, f"the statement of exercise {name} must open with '### {name} ★ title'"
        else:
            stars.append(len(statement[1]))
        yield from _exercise(name, number, cells)
    if stars != sorted(stars):
        yield stubs[0], f"the exercises are not in the order of their stars: {stars}"
    for role in ("check", "solution"):
        if sum(role in tags(cell) for cell in cells) != len(stubs):
            yield len(cells) - 1, f"there are not as many cells tagged '{role}' as exercises"
    if not any("bu.score()" in cell.source for _, cell in code_cells(notebook)):
        yield len(cells) - 1, "bu.score() is missing after the exercises"


def _exercise(name: str, number: int, cells: list[NotebookNode]) -> Iterator[Breach]:
    roles = [
        tag for cell in cells[number : number + 3] for tag in tags(cell) if tag in {"exercise", "check", "solution"}
    ]
    if roles != ["exercise", "check", "solution"]:
        yield number, f"exercise {name} must be stub, check, solution in this order, it is {roles}"
        return
    stub, check, solution = cells[number : number + 3]
    if not re.search(r"(\.\.\.|raise NotImplementedError)\s*$", stub.source):
        yield number, f"the stub of {name} must end in ... or raise NotImplementedError"
    if f'@bu.check("{name}"' not in check.source:
        yield number + 1, f'the check must be decorated with @bu.check("{name}", points=...)'
    if not solution.source.startswith(f"# @title Solution {name}"):
        yield number + 2, f"the solution must open with '# @title Solution {name}'"
    for cell, offset, verdict in ((check, 1, f"○ {name}"), (solution, 2, f"● {name} solved")):
        if verdict not in "".join(map(text_of, cell.outputs)):
            yield number + offset, f"the stored output must hold '{verdict}'"


@law
def recall_and_summary(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """Four recall questions with folded answers; a summary of at most five lines; three references or more."""
    text = {title: "\n".join(cell.source for _, cell in cells) for title, cells in sections(notebook)}
    last = len(notebook.cells) - 1
    if text.get("Recall", "").count("<details>") != 4:
        yield last, "Recall must hold four questions with answers folded in <details>"
    summary = [line for line in text.get("Summary", "").splitlines()[1:] if re.match(r"\s*([-*]|\d\.)\s", line)]
    if not 1 <= len(summary) <= 5:
        yield last, f"Summary must be a list of one to five lines, it has {len(summary)}"
    if len(re.findall(r"^[-*] .*\]\(https://", text.get("Further reading", ""), flags=re.M)) < 3:
        yield last, "Further reading must list three references or more, each with its link"


@law
def outputs_belong_to_code(notebook: NotebookNode, path: Path) -> Iterator[Breach]:
    """The stored outputs were made by the stored code."""
    if notebook.metadata.get("book", {}).get("code_sha256") != code_digest(notebook):
        yield 0, f"the code changed after the outputs were stored: make execute CH={path.stem.split('_')[0]}"
