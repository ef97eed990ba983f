"""Why what the change under review adopts is not held against anyone."""

from __future__ import annotations

from typing import Final

from tfdrift_gate.model import Suppression

ADOPTED: Final = Suppression("adopted", "the change under review writes it into the configuration")
"""The configuration now says what was made by hand."""
IMPORTED: Final = Suppression("adopted", "the change under review imports it")
"""What nobody managed comes under Terraform's care."""
GONE_TOO: Final = Suppression("adopted", "the change under review takes it out of the configuration too")
"""What was deleted by hand is not wanted any more."""
