"""The demo of the main job. Importing it forgets what the user has set for AWS, Terraform and the gate.

The demo has a world of its own. This must happen first: moto asks for the AWS configuration when it is imported.
"""

from __future__ import annotations

import os


def _on_this_machine_alone() -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "TF_", "TFDRIFT_GATE_")):
            del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)


_on_this_machine_alone()
