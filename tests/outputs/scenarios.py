"""Whole reports, as outputs get them: one a situation that a reader may meet.

They are put together here, without records or state: what leads to them is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.published_examples import EXPECTED
from tfdrift_gate.model import (
    SENSITIVE,
    Actor,
    AttributeChange,
    Checkout,
    Coverage,
    Drift,
    Event,
    Finding,
    Kind,
    LiveCheck,
    PlanEffect,
    Problem,
    Report,
    ResourceInstance,
    ResourceKey,
    Severity,
    Skipped,
    SourceRange,
    Suppression,
    TimeWindow,
    Unexplained,
)

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
WINDOW = TimeWindow(NOON - timedelta(hours=24), NOON)
CHECKOUT = Checkout("infra/prod", "https://github.com/example/shop/blob/0123456789abcdef0123456789abcdef01234567")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Developer_0123456789abcdef"
CLI = "aws-cli/2.17.60 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 md/arch#arm64 lang/python#3.11.9"

ACTORS = {
    "ops-engineer": Actor("IAMUser", "ops-engineer", f"arn:aws:iam::{ACCOUNT}:user/ops-engineer", ACCOUNT),
    "developer@example.com": Actor(
        "AssumedRole", "developer@example.com", session_name="developer@example.com", role_arn=ROLE
    ),
    "oncall-admin": Actor(
        "AssumedRole", "oncall-admin", session_name="oncall-admin", role_arn=f"arn:aws:iam::{ACCOUNT}:role/admin"
    ),
    "sre-team": Actor("IAMUser", "sre-team", f"arn:aws:iam::{ACCOUNT}:user/sre-team", ACCOUNT),
}


def event(
    name: str = "UpdateFunctionConfiguration20150331v2", actor: Actor | str = "ops-engineer", **more: Any
) -> Event:
    """Build an event, by default of a person at the AWS CLI an hour before noon."""
    who = ACTORS[actor] if isinstance(actor, str) else actor
    minute = more.pop("minute", 0)
    given = {
        "event_id": f"00000000-0000-4000-8000-{minute:012}",
        "event_name": name,
        "event_time": NOON - timedelta(hours=1) + timedelta(minutes=minute),
        "aws_region": REGION,
        "actor": who._replace(source_ip=who.source_ip or "198.51.100.7", user_agent=who.user_agent or CLI),
        "origin": "cli",
    } | more
    return Event(**given)


def change(attribute: str, before: Any, after: Any, by: Event | None = None, **more: Any) -> AttributeChange:
    """Build one attribute's change."""
    return AttributeChange(attribute, before, after, **{"known": True, "event": by} | more)


def drift(
    changes: tuple[AttributeChange, ...],
    address: str | None = "aws_lambda_function.process_orders",
    resource_type: str = "aws_lambda_function",
    resource_id: str = "process-orders",
    **more: Any,
) -> Drift:
    """Build a drift of a managed resource, or where ``address`` is None of one that nobody manages."""
    key = ResourceKey(resource_type, ACCOUNT, REGION, tuple(resource_id.split("/")))
    events = tuple(dict.fromkeys(change.event for change in changes if change.event))
    given: dict[str, Any] = {
        "kind": Kind.MODIFIED,
        "key": key,
        "resource_id": resource_id,
        "changes": changes,
        "events": events,
        "instance": ResourceInstance(address, resource_type, key, {}) if address else None,
    } | more
    return Drift(**given)


def finding(given: Drift, severity: Severity = Severity.HIGH, number: int = 1, **more: Any) -> Finding:
    """Build a finding of a drift, its block in ``main.tf``."""
    filled: dict[str, Any] = {
        "id": f"{number:016x}",
        "rule": "how a function runs",
        "reasons": ("memory_size, timeout: how the function runs was changed",),
        "source": SourceRange("main.tf", 10 * number, 10 * number + 8),
    } | more
    return Finding(drift=given, severity=severity, **filled)


def report(*findings: Finding, **more: Any) -> Report:
    """Build a report with these findings over one day of one region."""
    given: dict[str, Any] = {
        "window": WINDOW,
        "records_read": 214,
        "records_relevant": 9,
        "managed": 12,
        "coverage": (Coverage("cloudtrail:", ACCOUNT, REGION, WINDOW.since, WINDOW.until, True, 214, 5),),
        "findings": findings,
        "checkout": CHECKOUT,
    } | more
    return Report(**given)


def clean() -> Report:
    """Nothing was changed by hand."""
    return report()


_EVENTS = {
    "memory and timeout": ("UpdateFunctionConfiguration20150331v2", "198.51.100.7"),
    "permission": ("AddPermission20150331v2", "203.0.113.24"),
    "mapping": ("UpdateEventSourceMapping20150331", "192.0.2.10"),
    "concurrency": ("PutFunctionConcurrency20171031", "198.51.100.23"),
}
_REASONS = {
    "memory and timeout": ("memory_size, timeout: how the function runs was changed",),
    "permission": ("somebody may now invoke the function who could not before",),
    "mapping": (
        "enabled: the function no longer receives these events",
        "enabled, batch_size: how events reach the function was changed",
    ),
    "concurrency": ("reserved_concurrent_executions: how many may run at once was changed",),
}
_IDS = {
    "memory and timeout": "process-orders",
    "permission": "secure-function/AllowS3Invoke",
    "mapping": "11111111-2222-4333-8444-555555555555",
    "concurrency": "high-traffic-api",
}


def _published(effects: Mapping[str, tuple[PlanEffect | None, ...]] | None = None) -> list[Finding]:
    """The four published examples, worst first; ``effects`` of each change in its order."""
    found = []
    for number, (name, expected) in enumerate(EXPECTED.items(), 1):
        api, address = _EVENTS[name]
        actor = ACTORS[expected.actor]._replace(source_ip=address)
        by = event(api, actor, minute=number, origin=expected.origin)
        told = (effects or {}).get(name, (None,) * len(expected.changes))
        changes = tuple(
            change(
                attribute,
                before,
                after,
                by,
                plan_effect=effect,
                planned=before if effect is PlanEffect.REVERTS else None,
                planned_known=effect is PlanEffect.REVERTS,
            )
            for (attribute, before, after), effect in zip(expected.changes, told, strict=True)
        )
        kind = Kind(expected.kind)
        given = drift(
            changes,
            expected.address,
            expected.resource_type,
            _IDS[name],
            kind=kind,
            parent_address=expected.parent_address,
            plan_effect=told[0] if kind is not Kind.MODIFIED else None,
        )
        severity = Severity[expected.severity.upper()]
        found.append(finding(given, severity, number, reasons=_REASONS[name]))
    return sorted(found, key=lambda each: (-each.severity, each.address or ""))


def published() -> Report:
    """The four published examples, without a plan."""
    return report(*_published())


def published_with_plan() -> Report:
    """The four published examples; the plan undoes two settings, adopts two, leaves one and destroys one."""
    found = _published(
        {
            "memory and timeout": (PlanEffect.REVERTS, PlanEffect.KEEPS),
            "permission": (PlanEffect.KEEPS,) * 4,
            "mapping": (PlanEffect.ADOPTS, PlanEffect.ADOPTS),
            "concurrency": (PlanEffect.DESTROYS,),
        }
    )
    adopted = [each for each in found if each.plan_effect is PlanEffect.ADOPTS]
    why = Suppression("adopted", "the change under review writes it into the configuration")
    return report(
        *(each for each in found if each not in adopted),
        suppressed=tuple(replace(each, suppressed_by=why) for each in adopted),
    )


def adopted_only() -> Report:
    """The change under review writes all of it into the configuration."""
    by = event()
    adopted = finding(drift((change("memory_size", 512, 1024, by, plan_effect=PlanEffect.ADOPTS),)))
    why = Suppression("adopted", "the change under review writes it into the configuration")
    return report(suppressed=(replace(adopted, suppressed_by=why),))


def incomplete() -> Report:
    """CloudTrail could not be read whole, and one finding was made before."""
    read = Coverage("cloudtrail:", ACCOUNT, REGION, WINDOW.since, WINDOW.until, False, 50, 1, "throttled")
    problem = Problem(
        "reading the event history of us-east-1 (LookupEvents): ThrottlingException",
        "run it again, or raise --deadline",
    )
    return report(_published()[2], problems=(problem,), coverage=(read,))


def no_permission() -> Report:
    """Nothing could be read at all."""
    problem = Problem(
        "reading the event history of us-east-1 (LookupEvents): AccessDeniedException",
        "grant cloudtrail:LookupEvents to the role that runs this",
    )
    return report(problems=(problem,), coverage=(), records_read=0, managed=0)


def no_state_yet() -> Report:
    """The root module was never applied."""
    note = "no state yet: nothing is managed (looked for in infra/prod/terraform.tfstate)"
    return report(notes=(note,), managed=0)


def waived() -> Report:
    """One change is waived, one waiver has expired, one change was undone again."""
    by = event()
    first = drift((change("memory_size", 512, 1024, by),))
    other = drift((change("timeout", 10, 30, event(minute=3)),), "aws_lambda_function.other", resource_id="other")
    undone = drift((change("timeout", 10, 30, event(minute=5)),), "aws_lambda_function.undone", resource_id="undone")
    details = {"owner": "payments", "expires": "2026-12-01"}
    why = Suppression("waiver", "INC-1234: raised during the incident", details)
    live = LiveCheck("GetFunctionConfiguration", "reverted", ("timeout: Lambda has what Terraform believes",))
    expired = "address aws_lambda_function.other (INC-1200; owner payments, expired 2025-12-31)"
    return report(
        finding(other, number=2),
        suppressed=(finding(first, suppressed_by=why),),
        reverted=(finding(undone, number=3, live=live),),
        notes=(f"a waiver has expired and no longer waives: {expired}",),
    )


def imported() -> Report:
    """Two things that nobody manages, one of them imported by the plan."""
    found = _published()[0]
    alias = drift(
        (
            change("name", None, "blue", event("CreateAlias20150331", minute=7)),
            change("function_version", None, "3", event("CreateAlias20150331", minute=7)),
        ),
        None,
        "aws_lambda_alias",
        "orders/blue",
        kind=Kind.UNMANAGED,
        parent_address='module.api.aws_lambda_function.fn["orders"]',
    )
    why = Suppression("adopted", "the change under review imports it")
    by_plan = replace(found, drift=replace(found.drift, plan_effect=PlanEffect.ADOPTS), suppressed_by=why)
    left = replace(alias, plan_effect=PlanEffect.KEEPS)
    return report(finding(left, Severity.MEDIUM, 8, reasons=(), source=None), suppressed=(by_plan,))


def deleted() -> Report:
    """A function was deleted with all that hangs on it, another one was replaced."""
    by = event("DeleteFunction20150331", "oncall-admin", minute=1)
    again = event("CreateFunction20150331", "developer@example.com", minute=3)
    function = drift((), kind=Kind.DELETED, events=(by,), plan_effect=PlanEffect.REVERTS)
    permission = drift(
        (),
        "aws_lambda_permission.events",
        "aws_lambda_permission",
        "process-orders/allow",
        kind=Kind.DELETED,
        events=(by,),
        parent_address="aws_lambda_function.process_orders",
        cascade=True,
        note="deleted together with its function",
        plan_effect=PlanEffect.REVERTS,
    )
    other = drift(
        (change("memory_size", 512, 128, again, plan_effect=PlanEffect.REVERTS, planned=512, planned_known=True),),
        "aws_lambda_function.replaced",
        resource_id="replaced",
        kind=Kind.REPLACED,
        events=(event("DeleteFunction20150331", "developer@example.com", minute=2), again),
        plan_effect=PlanEffect.KEEPS,
    )
    reasons = ("the function was deleted",)
    return report(
        finding(function, Severity.CRITICAL, 1, reasons=reasons),
        finding(other, Severity.CRITICAL, 2, reasons=("the function was replaced",)),
        finding(permission, Severity.CRITICAL, 3, reasons=("deleted together with its function",)),
    )


def secret() -> Report:
    """Values that state marks sensitive, that CloudTrail withholds, and code."""
    by = event()
    changes = (
        change("environment", None, None, by, known=False, plan_effect=PlanEffect.REVERTS),
        change("kms_key_arn", SENSITIVE, SENSITIVE, by, plan_effect=PlanEffect.REVERTS),
        change("code_sha256", "aaaa", "bbbb", event("UpdateFunctionCode20150331v2", minute=2)),
        change("description", "orders", None, by, removed=True),
        change("tags", {"team": "payments", "tier": "1"}, {"team": "growth", "on-call": "a b"}, by),
        change("vpc_config[0].subnet_ids", ["subnet-1"], ["subnet-1", "subnet-2"], by),
        change("timeout", 10, 30, None),
    )
    return report(finding(drift(changes)))


def unexplained() -> Report:
    """Terraform's refresh saw a drift that no event in the window explains; some things were not judged."""
    seen = Unexplained(
        address="module.api.aws_lambda_function.old",
        resource_type="aws_lambda_function",
        resource_id="old",
        kind=Kind.MODIFIED,
        changes=(
            change("memory_size", 128, 256, plan_effect=PlanEffect.REVERTS, planned=128, planned_known=True),
            change("tags", None, {"team": "growth"}, plan_effect=PlanEffect.KEEPS),
        ),
        hint="last changed at 2025-11-03T08:00:00Z, before the window: --since 2025-11-03 would reach it",
        source=SourceRange("../modules/api/main.tf", 3, 9),
    )
    gone = Unexplained(
        "aws_lambda_alias.live", "aws_lambda_alias", None, Kind.DELETED, (), "no event", None, PlanEffect.REVERTS
    )
    skipped = (
        Skipped("unknown-event", "not in the catalogue", "e-1", "PutSomethingNew20270101", NOON, "orders"),
        Skipped("unknown-event", "not in the catalogue", "e-2", "PutSomethingNew20270101", NOON, "orders"),
        Skipped("gate-not-run", "module.drift_check.data.external.this was not read in this plan (-target)"),
    )
    return report(unexplained=(seen, gone), skipped=skipped)


def two_people() -> Report:
    """One function, each setting changed by somebody else, one of them seen only in a later answer."""
    first, second = event(minute=1), event(actor="developer@example.com", minute=9, origin="console")
    changes = (change("memory_size", 512, 1024, first), change("timeout", 10, 30, second), change("handler", "a", "b"))
    return report(finding(drift(changes)))


HOSTILE = (
    "\x1b[31m|`x`|<img src=x onerror=alert(1)>@everyone @org/team #123 GH-1 https://evil.example www.evil.example "
    "a5c3785ed8d6a35868bc169f07e40e889087fd2e [x](javascript:alert(1)) ![](https://evil.example/p.png) :tada: "
    "</code></details></td></table>\n```\n~~~\n::add-mask::x\n##[error]x %0A::error::x \u202e\u200b\u2028 \\| $x$ *b* "
    "_i_ ~~s~~ - [ ] x {% raw %} ${x} %{x} --> <!-- admin@example.com"
)
"""What somebody may call things who wants to be noticed."""


def hostile(text: str = HOSTILE) -> Report:
    """Everything that is somebody's to choose is hostile, the configuration's own words as well."""
    long = text + "x" * 10_000
    actor = Actor(text, text, text, text, text, text, text, long, None, f"arn:aws:iam::1:role/{text}")
    by = event(text, actor, event_id=text, aws_region=text, origin=text)
    changes = (
        change(text, text, long, by, plan_effect=PlanEffect.REVERTS, planned=text, planned_known=True),
        change("tags", {text: text}, {text: long, "a": text}, by, plan_effect=PlanEffect.ADOPTS),
        change("layers", [text], [text, text], by, plan_effect=PlanEffect.KEEPS),
        change("environment", None, None, by, known=False),
    )
    key = ResourceKey("aws_lambda_function", text, text, (text,))
    instance = ResourceInstance(text, "aws_lambda_function", key, {})
    managed = Drift(Kind.MODIFIED, key, text, changes, (by,), instance, note=text)
    unmanaged = Drift(
        Kind.UNMANAGED,
        ResourceKey("aws_lambda_permission", text, text, (text, text)),
        text,
        (change("statement_id", None, text, by), change("principal", None, "*", by)),
        (by,),
        None,
        text,
        plan_effect=PlanEffect.KEEPS,
    )
    why = Suppression("waiver", text, {"owner": text, "expires": text})
    source = SourceRange(f"{text}/main.tf", 3, 7)
    found = [
        finding(each, Severity.CRITICAL, number, rule=text, reasons=(text, long), source=source)
        for number, each in enumerate((managed, unmanaged), 1)
    ]
    live = LiveCheck(text, "stands", (text,))
    return report(
        *found,
        suppressed=tuple(replace(each, suppressed_by=why) for each in found),
        reverted=tuple(replace(each, live=live) for each in found),
        skipped=(Skipped(text, text, text, text, NOON, text), Skipped("unknown-event", text)),
        unexplained=(Unexplained(text, text, text, Kind.MODIFIED, changes, text, source, PlanEffect.KEEPS),),
        notes=(text, long),
        coverage=(Coverage(text, text, text, WINDOW.since, WINDOW.until, True, 1, 1, text),),
    )


def hostile_and_incomplete(text: str = HOSTILE) -> Report:
    """The same where no verdict was reached."""
    return replace(hostile(text), problems=(Problem(text, text), Problem(text)))


def many(number: int) -> Report:
    """So many findings, of every severity, each of two settings that a plan sets back or leaves."""
    levels = sorted(Severity, reverse=True)
    found = []
    for each in range(number):
        by = event(actor="developer@example.com", minute=each % 60)
        changes = (
            change("memory_size", 512, 1024, by, plan_effect=PlanEffect.REVERTS, planned=512, planned_known=True),
            change("timeout", 10, 30, by, plan_effect=PlanEffect.KEEPS),
        )
        name = f"function-{each:05}"
        address = f'module.shop["{each % 7}"].aws_lambda_function.{name.replace("-", "_")}'
        severity = levels[each * len(levels) // number]
        found.append(finding(drift(changes, address, resource_id=name), severity, each + 1))
    return report(*found)


SCENARIOS: Mapping[str, Callable[[], Report]] = {
    "clean": clean,
    "published": published,
    "published_with_plan": published_with_plan,
    "adopted_only": adopted_only,
    "incomplete": incomplete,
    "no_permission": no_permission,
    "no_state_yet": no_state_yet,
    "waived": waived,
    "imported": imported,
    "deleted": deleted,
    "secret": secret,
    "unexplained": unexplained,
    "two_people": two_people,
    "hostile": hostile,
    "hostile_and_incomplete": hostile_and_incomplete,
    "fifty": lambda: many(50),
}
"""Whole reports by the name under which their golden files stand."""
