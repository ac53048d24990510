"""The table of the long run: who was killed in which step, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Outcomes:
    """Cells by (victim, step): the seconds a play took, or that its end differed."""

    say: Callable[[str], None]
    seed: int = 0
    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    def table(self) -> list[str]:
        """Lines of equal columns."""
        victims, steps = (list(dict.fromkeys(cell[place] for cell in self.cells)) for place in (0, 1))
        rows = [["killed", *(step.replace("_", " ") for step in steps)]]
        rows += [[victim, *(self.cells.get((victim, step), "") for step in steps)] for victim in victims]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
