"""Every source, as a user names it, and the services in which something can go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

from tests.fault_runs.world import BUCKET, PROVEN_BUCKET, World
from tests.local_aws.lake import STORE
from tests.samples import ACCOUNT, OTHER_ACCOUNT, REGION


@dataclass(frozen=True)
class Source:
    """One way to read the trail."""

    name: str
    locator: str
    """``{}`` stands for the folder of the trail's files."""
    services: tuple[str, ...]
    """The services asked; none where files are read."""
    deadlines: tuple[int, int]
    """The seconds that a run with faults may take, one of the two."""
    cached: bool = False
    """Whether what it reads is kept for the next run."""

    roles: tuple[str, ...] = ()
    """The roles to assume, one an account."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What else a user must say."""

    proven: bool = False
    """Whether digest files are to prove the trail's files whole."""

    def folder(self, world: World) -> Path:
        """Give the trail's files."""
        return world.proven if self.proven else world.folder

    ways: tuple[str, ...] = ()
    """The ways of LookupEvents that may be taken, where not all."""

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Leave the gate no other way than :attr:`ways`, where it would choose by itself."""
        if not self.ways:
            yield
            return
        from tfdrift_gate.sources.lookup import accounts, region

        with patch.object(accounts, "RegionRead", partial(region.RegionRead, ways=self.ways)):
            yield


_HISTORY, _QUERY, _BUCKET = (20, 60), (120, 240), (60, 200)
"""Seconds allowed: a query really runs, and many look-ups or files take many requests."""
_STORE = f"lake:arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/{STORE}"
_OUTPUT = {"athena_output": "s3://results/"}
ROLES = tuple(f"arn:aws:iam::{account}:role/auditor" for account in (ACCOUNT, OTHER_ACCOUNT))
SOURCES = (
    Source("cloudtrail:", "cloudtrail:", ("cloudtrail",), _HISTORY),
    Source("cloudtrail:, cached", "cloudtrail:", ("cloudtrail", "cloudtrail", "sts"), _HISTORY, cached=True),
    Source("cloudtrail:, two accounts", "cloudtrail:", ("cloudtrail", "sts"), _HISTORY, roles=ROLES),
    Source("cloudtrail:, by service", "cloudtrail:", ("cloudtrail",), _HISTORY, ways=("services",)),
    Source("cloudtrail:, by writes", "cloudtrail:", ("cloudtrail",), _HISTORY, ways=("writes",)),
    Source("cloudtrail:, by name", "cloudtrail:", ("cloudtrail",), _BUCKET, ways=("names",)),
    Source("cloudtrail:, by resource", "cloudtrail:", ("cloudtrail",), _BUCKET, ways=("resources",)),
    Source("a folder", "{}", (), _BUCKET),
    Source("a folder, proven", "{}", (), _BUCKET, proven=True),
    Source("s3://", f"s3://{BUCKET}", ("s3",), _BUCKET),
    Source("s3://, proven", f"s3://{PROVEN_BUCKET}", ("s3",), _BUCKET, proven=True),
    Source("athena:", "athena:default.cloudtrail_logs", ("athena",), _QUERY, options=_OUTPUT),
    Source("lake:", _STORE, ("lake",), _QUERY),
)
