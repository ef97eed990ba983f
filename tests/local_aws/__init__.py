"""A local AWS for tests and the demo only: moto's server with a CloudTrail in front of it.

Every Lambda management call that reaches moto becomes a CloudTrail record, and CloudTrail's LookupEvents,
which moto does not have, answers from those records. Nothing here is part of the product or fit for
anything but tests: no signature is checked, no permission asked, no function run.

As a program: ``python -m tests.local_aws --port 5000``. In a test: ``with LocalAws() as aws: …``.
"""

from tests.local_aws.server import LocalAws

__all__ = ["LocalAws"]
