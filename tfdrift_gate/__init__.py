"""tfdrift-gate: who changed a Terraform-managed AWS Lambda by hand, told inside the plan.

The data's way through this package is its listing: :mod:`~tfdrift_gate.sources` →
:mod:`~tfdrift_gate.records` → :mod:`~tfdrift_gate.changes` → :mod:`~tfdrift_gate.drift` (against what
:mod:`~tfdrift_gate.terraform` says is believed) → :mod:`~tfdrift_gate.rules` →
:mod:`~tfdrift_gate.report` → :mod:`~tfdrift_gate.outputs`. :mod:`~tfdrift_gate.gate` puts the steps
in order and :mod:`~tfdrift_gate.cli` is the command line.
"""

__version__ = "0.1.0"
