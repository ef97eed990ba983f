"""Lambda's control plane for the local AWS: what it stores, answers and refuses, without ever running code.

moto's own Lambda lacks provisioned concurrency, code signing, runtime and recursion settings, keeps one URL, one policy
and one event invoke configuration for all qualifiers of a function, and forgets most of an update. This one follows
the API reference, https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html: every operation is a function
named as boto3 names it, ``(region, sent, now) → answer``, both by API member name (``FunctionName``).

Where it is not as the live service, knowingly:

- A change is in force at the next look: only its own answer says Pending, InProgress, Creating, Updating, IN_PROGRESS.
- Roles, keys, subnets, file systems, signing profiles and destinations are believed to be there and to be allowed;
  event sources of the same account and region and code in S3 must be.
- Nobody signs code, so every package is an untrusted one. No code runs, nothing scales, no runtime is patched, no
  mapping disables itself.
- Lists come in one page. Limits of an account other than its concurrency are not counted.
- A version counts as changed by every update, even by one that leaves all values as they were.
- Patterns of the service model are not compared; ranges, lengths and enumerations are, as botocore knows them.
- Durable executions, InvokeAsync and InvokeWithResponseStream are not there (HTTP 501, and no record).
- Capacity providers, scaling and whole resource policies follow the service model alone: provider 5.100 has no
  resource for them, so Terraform has not held them to account.
"""
