"""Every source, as a user names it, and the services in which something can go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fault_runs.world import World


@dataclass(frozen=True)
class Source:
    """One way to read the trail."""

    name: str
    locator: str
    """``{folder}`` stands for the trail's files."""
    services: tuple[str, ...]
    """The services asked; none where files are read."""
    cached: bool = False
    """Whether what it reads is kept for the next run."""

    options: Mapping[str, str] = field(default_factory=dict)
    """What else a user must say."""

    def locator_of(self, world: World, folder: Path | None = None) -> str:
        """Give the locator, with ``folder`` in the place of the trail's own."""
        return self.locator.format(folder=folder or world.folder)

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Make the gate take it where it would choose by itself."""
        yield


SOURCES = (
    Source("cloudtrail:", "cloudtrail:", ("cloudtrail", "cloudtrail", "sts")),
    Source("cloudtrail:, cached", "cloudtrail:", ("cloudtrail", "cloudtrail", "sts"), cached=True),
    Source("a folder", "{folder}", ()),
    Source("athena:", "athena:default.cloudtrail_logs", ("athena",), options={"athena_output": "s3://results/"}),
)
