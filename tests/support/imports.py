"""The imports of the repository's packages, read from their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules(package: str) -> dict[str, Path]:
    """Return module -> file, for all modules of a package."""
    return {_module(path): path for path in sorted((ROOT / package).rglob("*.py"))}


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, known: dict[str, Path], types: bool = True) -> set[str]:
    """Return the modules among `known` that a file imports, in functions too.

    `types` includes imports below `if TYPE_CHECKING`.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {name for node in _nodes(tree, types) for name in _names(node, known)}
    return {name for name in found if name in known} - {_module(path)}


def _nodes(tree: ast.AST, types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if types or not _is_type_checking(node):
            yield node
            yield from _nodes(node, types)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _names(node: ast.AST, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            # `from steps import cli` imports a module, `from steps.errors import X` a name of one.
            module = f"{node.module}.{alias.name}"
            yield module if module in known else node.module
