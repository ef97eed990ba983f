"""Whole reports of runs over several root modules, as outputs get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.outputs.scenarios import (
    CHECKOUT,
    HOSTILE,
    NOON,
    clean,
    hostile,
    hostile_and_incomplete,
    incomplete,
    many,
    no_state_yet,
    published,
)
from tfdrift_gate.model import Checkout, Report, RootsReport, Skipped, TimeWindow

_PAGES = CHECKOUT.pages


def together(reports: Mapping[Checkout, Report]) -> RootsReport:
    """Build the report of a run over root modules that lie there; what was read is told once."""
    first = next(iter(reports.values()))
    own = tuple(replace(report, checkout=checkout, coverage=()) for checkout, report in reports.items())
    names = tuple(report.checkout.root or "." for report in own)
    unknown = Skipped("unknown-event", "not in the catalogue", "e-1", "PutSomethingNew20270101", NOON, "orders")
    shared = Report(first.window, 214, 9, coverage=first.coverage, skipped=(unknown,))
    return RootsReport(own, names, shared)


def several() -> RootsReport:
    """Two with findings, of which one has a longer window and the other could not be read whole, and two without."""
    twice = (
        "aws_lambda_function process-orders is managed by more than one state: aws_lambda_function.process_orders"
        " (infra/orders/terraform.tfstate) and aws_lambda_function.this (s3://states/billing)"
    )
    longer = TimeWindow(NOON.replace(month=1, day=1, hour=0), NOON)
    return together(
        {
            Checkout("infra/orders", _PAGES): replace(published(), notes=(twice,)),
            Checkout("infra/billing", _PAGES, "blue"): replace(incomplete(), notes=(twice,), window=longer),
            Checkout("infra/web", _PAGES): clean(),
            Checkout("", _PAGES): no_state_yet(),
        }
    )


def several_clean() -> RootsReport:
    """Nothing was changed by hand in any of them."""
    found = together({Checkout("infra/orders", _PAGES): clean(), Checkout("infra/web", _PAGES): clean()})
    return replace(found, shared=replace(found.shared, skipped=()))


def several_hostile(text: str = HOSTILE) -> RootsReport:
    """Everything that is somebody's to choose is hostile, the folders' names as well."""
    return together(
        {
            Checkout(f"infra/{text}", _PAGES, text): hostile(text),
            Checkout(text, _PAGES): hostile_and_incomplete(text),
            Checkout("infra/web", _PAGES): clean(),
        }
    )


def many_of_them(roots: int, findings: int) -> RootsReport:
    """So many root modules with so many findings each."""
    report = many(findings)
    return together({Checkout(f"infra/root-{number:03}", _PAGES): report for number in range(roots)})


SEVERAL: Mapping[str, Callable[[], RootsReport]] = {
    "several": several,
    "several_clean": several_clean,
    "several_hostile": several_hostile,
}
"""Whole reports by the name under which their golden files stand."""
