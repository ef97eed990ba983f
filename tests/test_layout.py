"""The house keeps its floors: what may import what, read from the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tfdrift_gate

PACKAGE = Path(tfdrift_gate.__file__).parent

FLOORS = (
    {"errors"},
    {"model", "arn"},
    {"instant", "policy"},
    {"aws", "catalog"},
    # Rooms on one floor know nothing of each other.
    {"settings", "checkout", "sources", "records", "changes", "terraform", "drift", "rules", "outputs"},
    {"query", "streams", "live", "planned", "github"},
    {"gate"},
    {"running"},
    {"external"},
    {"cli"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
OUTSIDE = {"__init__", "__main__"}


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(file: Path) -> set[str]:
    """Every module of the package that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _rooms_imported(file: Path) -> set[str]:
    parts = (name.split(".") for name in _imports(file) if name.startswith("tfdrift_gate."))
    return {name[1] for name in parts if name[1] in FLOOR}


@pytest.mark.parametrize("file", _files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_only_from_floors_below_it_or_from_itself(file: Path) -> None:
    room = _room(file)
    if room in OUTSIDE:
        assert _rooms_imported(file) <= {"cli", "external"}
        return
    assert room in FLOOR, f"{room} has no floor: say in this test where it belongs"
    wrong = {other for other in _rooms_imported(file) - {room} if FLOOR[other] >= FLOOR[room]}
    assert not wrong, f"{room} is on floor {FLOOR[room]} and imports {sorted(wrong)}"


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("boto3", {"aws"}),
        ("botocore", {"aws", "sources", "live"}),
        ("hcl2", {"terraform"}),
        ("click", {"cli"}),
        ("tabulate", {"outputs"}),
        ("yaml", {"catalog", "rules"}),
    ],
)
def test_each_library_has_one_owner(library: str, rooms: set[str]) -> None:
    importers = {_room(file) for file in _files() if any(name.split(".")[0] == library for name in _imports(file))}
    assert importers == rooms


@pytest.mark.parametrize("room", ["records", "changes", "drift", "planned", "rules", "outputs"])
def test_the_steps_between_reading_and_writing_do_no_io_and_have_no_clock(room: str) -> None:
    forbidden = {"os", "sys", "time", "subprocess", "socket", "urllib.request", "urllib3", "http", "random"}
    for file in (PACKAGE / room).rglob("*.py"):
        found = {part for name in _imports(file) for part in (name.split(".")[0], ".".join(name.split(".")[:2]))}
        assert not found & forbidden, f"{file.name} imports {sorted(found & forbidden)}"
        source = file.read_text(encoding="utf-8")
        assert ".now(" not in source
        assert "today()" not in source


@pytest.mark.parametrize("file", _files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_public_name_says_what_it_is(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in ast.walk(tree):
        named = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        if named and _is_public(tree, node):
            assert ast.get_docstring(node), f"{file.name}: {node.name} has no docstring"


def _is_public(tree: ast.Module, wanted: ast.AST) -> bool:
    """Top-level names and members of public top-level classes."""
    for node in tree.body:
        if node is wanted:
            return True
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and wanted in node.body:
            return True
    return False
