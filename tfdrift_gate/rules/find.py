"""Where a root module's rules file is; looked for in every plan, and seldom there."""

from __future__ import annotations

from pathlib import Path

FILE_NAME = ".tfdrift-gate.yaml"


def find_rules(folder: str) -> Path | None:
    """Find the rules file of a root module: in its folder or a parent up to the repository's root."""
    start = Path(folder).resolve()
    repository = next((path for path in (start, *start.parents) if (path / ".git").exists()), start)
    for path in (start, *start.parents):
        if (path / FILE_NAME).is_file():
            return path / FILE_NAME
        if path == repository:
            return None
    return None
