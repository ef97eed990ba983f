"""One run, from options to report: the order of the steps, and nothing else.

sources → records → changes → drift (against what Terraform believes) → rules → live → report. Every step it calls is
pure but for reading what the options name.
"""

from tfdrift_gate.gate.run import check, without_verdict

__all__ = ["check", "without_verdict"]
