"""What to do next, as Markdown: the exact commands and lines for repairing, adopting, importing and waiving."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tfdrift_gate.catalog import key_path
from tfdrift_gate.model import SENSITIVE, AttributeChange, Finding, Kind, Report
from tfdrift_gate.outputs import gfm, hcl, text
from tfdrift_gate.outputs.checkout import page_of, path_of

_WAIVED_FOR = timedelta(days=30)
"""How long the waiver that is shown as an example would last."""
_COMPUTED = frozenset(
    {"code_sha256", "version", "arn", "last_modified", "kms_key_arn_used", "qualified_arn", "invoke_arn", "id"}
)
"""Attributes that no configuration sets; of the code the package itself has to be the same."""
_REFERABLE = re.compile(r"aws_lambda_function\.[A-Za-z_][A-Za-z0-9_-]*")
_ON_A_FUNCTION = frozenset(
    {
        "aws_lambda_permission",
        "aws_lambda_alias",
        "aws_lambda_function_url",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_provisioned_concurrency_config",
        "aws_lambda_runtime_management_config",
        "aws_lambda_function_recursion_config",
        "aws_lambda_function_scaling_config",
    }
)
"""Types whose first name part is the function that their ``function_name`` names."""


_HIDDEN = "the value is not shown here"


def steps(report: Report, most: int) -> list[str]:
    """Say what can be done, a paragraph or block at a time; of each kind at most ``most`` findings are spelled out."""
    if report.problems:
        hints = [f"- {gfm.prose(problem.hint)}" for problem in report.problems[:5] if problem.hint]
        return ["\n".join([*hints, f"- Then run the check again: {gfm.code(_check(report))}"])]
    if not report.findings:
        return []
    managed = [finding for finding in report.findings if finding.address]
    found: list[str] = []
    if managed:
        found.append(f"**Repair**: set back what Terraform manages.\n\n{_shell(text.apply_command(report.checkout))}")
        found.extend(_adoption(report, managed, most))
    unmanaged = [finding for finding in report.findings if finding.drift.kind is Kind.UNMANAGED]
    if unmanaged:
        found.extend(_imports(unmanaged, most))
    found.append(_waiver(report))
    found.append(f"**Check again** once something was done.\n\n{_shell(*_again(report))}")
    return found


def _again(report: Report) -> list[str]:
    """Write the commands of a new check; with a plan, that is made anew first."""
    check = _check(report)
    if not any(finding.plan_effect for finding in (*report.findings, *report.suppressed)):
        return [check]
    checkout = report.checkout
    where = f"-chdir={shlex.quote(checkout.folder)} " if checkout.folder else ""
    plan = text.apply_command(checkout).removesuffix("apply")
    # In the root module's folder, where -chdir lets Terraform write.
    file = shlex.quote(f"{checkout.folder}/plan.json") if checkout.folder else "plan.json"
    return [f"{plan}plan -out=plan.bin", f"terraform {where}show -json plan.bin > {file}", f"{check} --plan {file}"]


def _check(report: Report) -> str:
    words = ["tfdrift-gate", "check"]
    if report.checkout.folder:
        words.append(shlex.quote(report.checkout.folder))
    if report.checkout.workspace:
        words.extend(["--workspace", shlex.quote(report.checkout.workspace)])
    return " ".join(words)


def _shell(*lines: str) -> str:
    return gfm.fenced("sh", [text.printable(line) for line in lines])


def _adoption(report: Report, managed: Sequence[Finding], most: int) -> list[str]:
    changed = [finding for finding in managed if finding.drift.kind is Kind.MODIFIED and finding.drift.changes]
    if not changed:
        return []
    parts = [_adopted(report, finding) for finding in changed[:most]]
    if len(changed) > most:
        parts.append(f"… and {len(changed) - most} more.")
    body = "\n\n".join(parts)
    return [gfm.folded("<b>Adopt</b>: keep what was changed by hand, by writing it into the configuration", body)]


def _adopted(report: Report, finding: Finding) -> str:
    path = path_of(report.checkout, finding.source)
    where = gfm.code(text.subject(finding))
    if finding.source and path:
        place = gfm.link(gfm.code(f"{path}:{finding.source.line}"), page_of(report.checkout, finding.source))
        where = f"{place}, {where}"
    told = [(change.attribute, *_as_configuration(change)) for change in finding.drift.changes]
    pairs = [(name, expression) for name, expression, _ in told if expression]
    said = [f"- {line}" for _, _, lines in told for line in lines]
    block = [gfm.fenced("hcl", hcl.arguments(pairs))] if pairs else []
    return "\n\n".join([where, *block, *(["\n".join(said)] if said else [])])


def _as_configuration(change: AttributeChange) -> tuple[str | None, list[str]]:
    """Give the expression that the configuration must have, where there is one to show, and what else is to be done."""
    name = gfm.code(change.attribute)
    keys = _keys(change)
    if keys is not None:
        gone = [key for key in change.before or {} if key not in (change.after or {})]
        said = [f"{gfm.code(key_path(change.attribute, str(key)))}: take it out" for key in gone]
        expression = hcl.value(keys)
        if expression is None:
            return None, [f"{name}: {_HIDDEN}", *said]
        return f"{expression} # beside the other keys" if keys else None, said
    expression = _expression(change)
    if expression is not None:
        return expression, []
    if change.attribute in _COMPUTED:
        return None, [f"{name} follows from what is deployed: deploy the same"]
    return None, [f"{name}: {'take it out' if change.known and change.after is None else _HIDDEN}"]


def _expression(change: AttributeChange) -> str | None:
    """The new value as Terraform writes it; None where it is not shown or nothing is to be written."""
    hidden = not change.known or SENSITIVE in (change.before, change.after)
    if hidden or change.after is None or change.attribute in _COMPUTED:
        return None
    return hcl.value(change.after)


def _keys(change: AttributeChange) -> dict[str, Any] | None:
    """Of a map: only the keys that were set, since others may be another person's; None of anything else."""
    before, after = change.before or {}, change.after or {}
    maps = isinstance(before, Mapping) and isinstance(after, Mapping) and bool(before or after)
    if not change.known or not maps:
        return None
    return {str(key): new for key, new in after.items() if before.get(key) != new}


def _imports(unmanaged: Sequence[Finding], most: int) -> list[str]:
    parts = [_imported(finding) for finding in unmanaged[:most]]
    if len(unmanaged) > most:
        parts.append(f"… and {len(unmanaged) - most} more.")
    parts.append(
        "Terraform writes the block itself where it is left out: "
        f"{gfm.code('terraform plan -generate-config-out=generated.tf')}. Or remove it from AWS by hand."
    )
    body = "\n\n".join(parts)
    return [gfm.folded("<b>Import</b> what nobody manages (Terraform 1.5, OpenTofu 1.6 or later)", body)]


def _imported(finding: Finding) -> str:
    drift = finding.drift
    kind = drift.key.resource_type
    import_id = hcl.value(drift.resource_id)
    if import_id is None:
        return f"{gfm.code(text.subject(finding))}: its import id is not shown here, the JSON report has it."
    label = hcl.label_of(drift.resource_id)
    lines = hcl.block("import", [], hcl.arguments([("to", f"{kind}.{label}"), ("id", import_id)]))
    function = _function(finding)
    given = [("function_name", function)] if function else []
    given.extend(
        (change.attribute, _expression(change) or "null # not shown here")
        for change in drift.changes
        if change.attribute != "function_name" and change.attribute not in _COMPUTED
    )
    return gfm.fenced("hcl", [*lines, "", *hcl.block("resource", [kind, label], hcl.arguments(given))])


def _function(finding: Finding) -> str | None:
    """How the block names its function: by reference where the configuration's root has it."""
    drift = finding.drift
    if drift.parent_address and _REFERABLE.fullmatch(drift.parent_address):
        return f"{drift.parent_address}.function_name"
    if drift.key.resource_type in _ON_A_FUNCTION | {"aws_lambda_function"} and drift.key.parts:
        return hcl.value(drift.key.parts[0])
    return next((_expression(change) for change in drift.changes if change.attribute == "function_name"), None)


def _waiver(report: Report) -> str:
    """A waiver of the worst finding, as a command and as lines of the rules file."""
    finding = report.findings[0]
    until = (report.window.until + _WAIVED_FOR).date().isoformat()
    where = f" {shlex.quote(report.checkout.folder)}" if report.checkout.folder else ""
    command = f'tfdrift-gate waive {finding.id}{where} --reason "WHY" --owner "TEAM" --expires {until}'
    lines = [
        "waivers:",
        f"  - id: {json.dumps(finding.id)} # {text.subject(finding)}",
        '    reason: "WHY"',
        '    owner: "TEAM"',
        f"    expires: {until}",
    ]
    return gfm.folded(
        "<b>Waive</b>: accept it until a day, with a reason and an owner",
        "\n\n".join(
            [
                "Each finding's id stands in its details. The command adds to `.tfdrift-gate.yaml`:",
                _shell(command),
                gfm.fenced("yaml", lines),
            ]
        ),
    )
