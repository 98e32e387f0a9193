"""What the documents say is there: links lead to files, commands exist, and the map is that of the code."""

import ast
import importlib.util
import re
from collections import defaultdict
from pathlib import Path

import pytest

from queries import config

HOME = config.HOME
DOCUMENTS = [HOME / "README.md", HOME / "CONTRIBUTING.md", *sorted((HOME / "docs").glob("*.md")),
             *sorted((HOME / "examples").rglob("*.md"))]  # fmt: skip
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)\s]+)\)")
HEADING = re.compile(r"(?m)^#+ (.+)$")


def named(document: Path) -> str:
    return str(document.relative_to(HOME))


def anchors(document: Path) -> set[str]:
    """The names of its headings as links spell them."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(document.read_text())}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_that_is_there(document: Path) -> None:
    found = [link.replace("\\", "").partition("#") for link in LINK.findall(document.read_text())]

    lost = [path for path, _, _ in found if path and not (document.parent / path).exists()]
    astray = [name for path, _, name in found
              if name and name not in anchors(document.parent / path if path else document)]  # fmt: skip
    assert (lost, astray) == ([], [])


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_exists(document: Path) -> None:
    text = document.read_text()
    targets = {*re.findall(r"(?m)^([a-z]+):", (HOME / "Makefile").read_text())}

    made = {*re.findall(r"(?:^ +|`|run |: |\d )make ([a-z]+)", text, re.M)}
    modules = {*re.findall(r"python -m ([a-z_.]+)", text)} - {"venv", "pip"}
    assert made <= targets
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []
    assert re.findall(r"\bSIGHTLINE_[A-Z]+\b", text) == [
        name for name in re.findall(r"\bSIGHTLINE_[A-Z]+\b", text)
        if name in ("SIGHTLINE_PRODUCT", "SIGHTLINE_DATA", "SIGHTLINE_STORE", "SIGHTLINE_PASSWORD") or "KEY" in name
    ]  # fmt: skip


def test_every_option_of_our_commands_is_known_to_them() -> None:
    said = " ".join(document.read_text() for document in DOCUMENTS)

    for module, options in re.findall(r"python -m (queries\.\w+|components\.\w+)([^\n`|#]*)", said):
        folder = HOME / module.replace(".", "/")
        source = (folder / "__main__.py" if folder.is_dir() else folder.with_suffix(".py")).read_text()
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", options):
            assert f'"{option}"' in source, f"{module} has no {option}"


# The map --------------------------------------------------------------------------------------------------------------


def rooms() -> dict[str, set[str]]:
    """Each room of `queries`, and the others that it imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (HOME / "queries").rglob("*.py"):
        room = file.relative_to(HOME / "queries").parts[0].removesuffix(".py")
        if room != "__init__":
            found[room] |= _imported(ast.parse(file.read_text())) - {room}
    return found


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "queries":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("queries."):
            found.add((node.module or "").split(".")[1])
    return found


def test_the_rooms_import_what_the_map_says_and_nothing_else() -> None:
    lines = re.findall(r"(?m)^\| `(\w+)` \|[^|]*\|([^|]*)\|$", (HOME / "docs" / "architecture.md").read_text())
    told = {room: {*re.findall(r"`(\w+)`", may)} for room, may in lines}

    assert {*rooms()} == {*told}
    assert {room: extra for room, imports in rooms().items() if (extra := imports - told[room])} == {}
    order = list(told)
    assert [(room, other) for room in order for other in told[room] if order.index(other) > order.index(room)] == []
