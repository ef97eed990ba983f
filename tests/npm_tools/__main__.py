"""Install every package that tests use, ahead of the first test: ``python -m tests.npm_tools``."""

from __future__ import annotations

import sys

from tests.npm_tools import NotInstalled, install, versions

for name, version in versions().items():
    try:
        install(name)
    except NotInstalled as reason:
        sys.exit(f"{name} {version}: {reason}")
    print(f"{name} {version}")
