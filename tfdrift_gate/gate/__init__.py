"""One run, from options to report: the order of the steps, and nothing else.

sources → records → changes → drift (against what Terraform believes) → rules → live → report. Every step it calls is
pure but for reading what the options name.
"""

from tfdrift_gate.gate.root import without_verdict
from tfdrift_gate.gate.run import check, check_roots

__all__ = ["check", "check_roots", "without_verdict"]
