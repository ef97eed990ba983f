"""Every source, as a user names it, and the services in which something can go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fault_runs.world import BUCKET, PROVEN_BUCKET, World


@dataclass(frozen=True)
class Source:
    """One way to read the trail."""

    name: str
    locator: str
    """``{}`` stands for the folder of the trail's files."""
    services: tuple[str, ...]
    """The services asked; none where files are read."""
    cached: bool = False
    """Whether what it reads is kept for the next run."""

    roles: tuple[str, ...] = ()
    """The roles to assume, one an account."""
    deadlines: tuple[int, int] = (20, 60)
    """The seconds that a run with faults may take."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What else a user must say."""

    proven: bool = False
    """Whether digest files are to prove the trail's files whole."""

    def folder(self, world: World) -> Path:
        """Give the trail's files."""
        return world.proven if self.proven else world.folder

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Make the gate take it where it would choose by itself."""
        yield


SOURCES = (
    Source("cloudtrail:", "cloudtrail:", ("cloudtrail",)),
    Source("a folder", "{}", ()),
    Source("a folder, proven", "{}", (), proven=True),
    Source("s3://", f"s3://{BUCKET}", ("s3",), deadlines=(60, 200)),
    Source("s3://, proven", f"s3://{PROVEN_BUCKET}", ("s3",), deadlines=(60, 200), proven=True),
)
