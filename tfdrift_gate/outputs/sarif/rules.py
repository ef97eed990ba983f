"""The rules of a SARIF run: one for each rule that judged a finding and the severity it gave (S§3.49)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.model import Finding, Severity
from tfdrift_gate.outputs.check_name import UNEXPLAINED, check_name

LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
"""SARIF's level of each severity."""
# GitHub calls what is above 9.0 critical, from 7.0 on high, from 4.0 on medium, and the rest low.
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
_TAGS = ["security", "terraform", "aws", "lambda", "drift"]
_WAYS_OUT = (
    "terraform apply sets back what Terraform manages",
    "written into the configuration (with an import block where nobody manages it), it is what Terraform believes",
    "a waiver in .tfdrift-gate.yaml, with reason, owner and end, takes it off the list",
)


@dataclass(frozen=True)
class Rule:
    """What a result is a result of."""

    id: str
    severity: Severity | None
    """None for what is only worth a look: it has no security severity."""

    @property
    def level(self) -> str:
        """``error``, ``warning`` or ``note``."""
        return LEVELS[self.severity] if self.severity else "note"

    @property
    def descriptor(self) -> dict[str, Any]:
        """The rule as a reportingDescriptor; nothing in it but the id depends on anybody's words."""
        properties: dict[str, Any] = {"precision": "high", "tags": _TAGS}
        if self.severity:
            short = f"An AWS Lambda resource was changed by hand ({self.severity.word})."
            full = (
                "CloudTrail shows a change that Terraform did not make, and its result contradicts what Terraform"
                f" believes. Rule {self.id} gives it the severity {self.severity.word}."
            )
            properties["security-severity"] = _SCORES[self.severity]
        else:
            short = "Terraform sees a drift of an AWS Lambda resource that no event explains."
            full = (
                "Terraform's refresh found AWS other than state says, and no event in the window that was read explains"
                " it: the change was made earlier, or by no call at all."
            )
        return {
            "id": self.id,
            "name": "".join(word.capitalize() for word in self.id.replace(".", "-").split("-")),
            "shortDescription": {"text": short},
            "fullDescription": {"text": full},
            "help": {
                "text": f"{full} What can be done: {'; '.join(_WAYS_OUT)}.",
                "markdown": "\n".join([full, "", "What can be done:", "", *(f"- {way}" for way in _WAYS_OUT)]),
            },
            "defaultConfiguration": {"level": self.level},
            "properties": properties,
        }


def rule_of(finding: Finding) -> Rule:
    """Give the rule of a finding."""
    return Rule(check_name(finding.rule, finding.severity), finding.severity)


UNEXPLAINED_RULE = Rule(UNEXPLAINED, None)
