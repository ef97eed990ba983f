"""The catalogue: what CloudTrail's events mean for Terraform's attributes, loaded from ``data/catalog``.

One YAML file a service; the head of ``lambda.yaml`` explains every key. Adding an API is an entry there and
a record in the tests.
"""

from tfdrift_gate.catalog.entries import (
    Attribute,
    Catalog,
    Clock,
    EventEntry,
    IdentityPart,
    Implied,
    Parent,
    Resource,
    Where,
)
from tfdrift_gate.catalog.live import LiveRead
from tfdrift_gate.catalog.load import load_catalog, read_catalog
from tfdrift_gate.catalog.looks import Shown
from tfdrift_gate.catalog.path import Path, key_path

__all__ = [
    "Attribute",
    "Catalog",
    "Clock",
    "EventEntry",
    "IdentityPart",
    "Implied",
    "LiveRead",
    "Parent",
    "Path",
    "Resource",
    "Shown",
    "Where",
    "key_path",
    "load_catalog",
    "read_catalog",
]
