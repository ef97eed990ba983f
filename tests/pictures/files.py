"""Where the pictures stand."""

from __future__ import annotations

from tests.pictures.comment import SCHEMES
from tests.terraform_cli.binary import PROJECT

_FOLDER = PROJECT / "docs" / "pictures"
TRANSCRIPT = _FOLDER / "runs.svg"
COMMENTS = {scheme: _FOLDER / f"comment-{scheme}.png" for scheme in SCHEMES}
"""By colour scheme."""
