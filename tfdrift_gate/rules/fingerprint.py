"""The id of a finding: the same for the same drift, on every machine and in every run."""

from __future__ import annotations

import hashlib
import json

from tfdrift_gate.model import Drift
from tfdrift_gate.rules.redact import redact

_JSON = json.JSONEncoder(sort_keys=True, default=str)


def fingerprint(drift: Drift) -> str:
    """Hash what the drift is (16 hexadecimal digits): resource, kind, and each attribute's new value.

    A further change is another drift. Values are hashed as reports show them, redacted ones included, so an id
    tells nothing about a secret.
    """
    what = [
        drift.kind.value,
        drift.key.resource_type,
        drift.key.account,
        drift.key.region,
        drift.resource_id,
        drift.instance.address if drift.instance else None,
        [[change.attribute, change.after, change.known] for change in redact(drift).changes],
    ]
    return hashlib.sha256(_JSON.encode(what).encode()).hexdigest()[:16]
