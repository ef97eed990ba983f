"""A block of the configuration, as far as it matters here."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Block:
    """A ``resource`` or ``module`` block, 1-based lines of its file included."""

    kind: str
    labels: tuple[str, ...]
    line: int
    end_line: int
    ignore_changes: tuple[str, ...] = ()
    """Attribute paths as written; ``("all",)`` for all."""
    module_source: str = ""

    def overridden_by(self, other: Block) -> Block:
        """Lay an override file's block over this one, which keeps its place.

        An empty ``ignore_changes`` overrides nothing, and what is ``all`` stays so:
        https://developer.hashicorp.com/terraform/language/files/override
        """
        ignored = other.ignore_changes or self.ignore_changes
        if "all" in self.ignore_changes:
            ignored = self.ignore_changes
        return replace(self, ignore_changes=ignored, module_source=other.module_source or self.module_source)


def ignored_path(text: str) -> str:
    """Read one entry of ``ignore_changes``: a path, or one as a text, as Terraform 0.11 had them; ``*`` is ``all``."""
    entry = text.strip()
    if len(entry) > 1 and entry.startswith('"') and entry.endswith('"'):
        entry = entry[1:-1].replace('\\"', '"')
    return "all" if entry == "*" else entry
