"""The layer law holds, and each contract really catches what it forbids."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

VIOLATIONS = {
    "Imports flow one way through the house": (
        "callout/adapters/sendgrid/seeded.py",
        "import callout.services.admin\n",
    ),
    "Features import only those below them": (
        "callout/features/accounts/seeded.py",
        "import callout.features.orders.store\n",
    ),
    "Adapters do not know each other": ("callout/adapters/sendgrid/seeded.py", "import callout.adapters.typst_pdf\n"),
    "Features know no server process, provider SDK or workflow engine": (
        "callout/features/billing/seeded.py",
        "import httpx\n",
    ),
    "The kit is domain-free and knows no provider": ("callout/kit/seeded.py", "import obstore\n"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--config", str(root / ".importlinter"), "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tree_obeys_every_contract() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("KEPT") == len(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_seeded_violation_is_caught(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path, code = VIOLATIONS[contract]
    (tmp_path / "src" / path).write_text(f'"""A seeded violation."""\n\n{code}')
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), result.stdout
