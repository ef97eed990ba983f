"""A local AWS for tests and the demo only: moto's server with a Lambda and a CloudTrail in front of it.

Every Lambda management call becomes a CloudTrail record, and CloudTrail's LookupEvents, which moto does not have,
answers from those records. Its clock can be moved (:mod:`clock`) and its state put back (:mod:`snapshot`). Nothing
here is part of the product or fit for anything but tests: no signature is checked, no permission asked, nothing run.

As a program: ``python -m tests.local_aws --port 5000``. In a test: ``with LocalAws() as aws: …``.
"""

from tests.local_aws.server import LocalAws

__all__ = ["LocalAws"]
