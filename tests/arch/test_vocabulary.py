"""Features keep to their vocabulary: who may know the web, who may read the environment."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "callout"
WEB = ("litestar", "granian", "starlette")
GUARDS = {"features/accounts/permissions.py"}


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    type_only: set[ast.AST] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            type_only.update(ast.walk(node))
    for node in ast.walk(tree):
        if node in type_only:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def modules(folder: str) -> list[Path]:
    return sorted((SOURCE / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules("features"), ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_api_files_of_a_feature_know_the_web(path: Path) -> None:
    if path.stem.endswith("_api") or str(path.relative_to(SOURCE)) in GUARDS:
        return
    assert not [name for name in imports_of(path) if name.split(".")[0] in WEB]


READ_THE_ENVIRONMENT = {
    "settings.py": "the installation's settings",
    "run/embedded_postgres.py": "hands PATH and the like to the database server",
    "run/up.py": "adds the chosen settings to what the started processes inherit",
}
"""Module → why it may."""


def reads_the_environment(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.environb", "os.getenv"}:
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            return bool({"environ", "environb", "getenv"} & {alias.name for alias in node.names})
    return False


def test_only_the_settings_read_the_environment() -> None:
    found = {str(path.relative_to(SOURCE)) for path in modules(".") if reads_the_environment(path)}
    assert found == READ_THE_ENVIRONMENT.keys()


@pytest.mark.parametrize("line", ["import os\nos.environ['A']", "from os import getenv", "import os\nos.getenv('A')"])
def test_reading_the_environment_is_noticed(line: str, tmp_path: Path) -> None:
    (tmp_path / "seeded.py").write_text(line)
    assert reads_the_environment(tmp_path / "seeded.py")


@pytest.mark.parametrize("path", modules("."), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, "the first line of a module is its purpose"
    assert docstring.splitlines()[0].rstrip().endswith((".", "?")), "a purpose is a sentence"
