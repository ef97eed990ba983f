"""What went wrong with a query, and what to do: Athena's own words, read.

Errors of calls: https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html (Errors). Why a
query failed: https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
"""

from __future__ import annotations

import re

from tfdrift_gate.aws import error_code, explain, is_throttled

MORE_TIME = "raise --deadline, or shorten --since"
COSTS = "AWS charges per byte scanned"
"""What a bound on a scan is for: https://aws.amazon.com/athena/pricing/"""

_OUTPUT = "name where results go: --athena-output s3://bucket/prefix, or --athena-workgroup with a result location"
_RESULTS = "allow s3:GetBucketLocation, s3:PutObject and s3:GetObject (and the bucket's KMS key) where results go"
_TRAIL = "allow s3:ListBucket and s3:GetObject on the trail's bucket, and kms:Decrypt where its files are encrypted"
_TABLE = "hold the table against the one that tfdrift-gate athena ddl prints"

# The first that matches; what is looked for stands in Athena's own message.
_CALLS: tuple[tuple[str, str], ...] = (
    (r"output location|output bucket|result configuration", _OUTPUT),
    (r"workgroup", "check --athena-workgroup: it must be there and enabled, in the region of the table"),
    (r"access denied|not authorized|lacks permission|insufficient permissions", _RESULTS),
)
_FAILURES: tuple[tuple[str, str], ...] = (
    (r"bytes scanned limit", f"raise the workgroup's limit, or shorten --since: {COSTS}"),
    (r"(access ?denied|forbidden|not authorized|status code: 403).*(writ|output|result)|writing output", _RESULTS),
    (r"lake ?formation|insufficient permissions|glue", "allow glue:GetTable and glue:GetPartitions on the table"),
    (r"access ?denied|forbidden|not authorized|status code: 403|kms", _TRAIL),
    (r"output location|output bucket|unable to verify/create", _OUTPUT),
    (r"slow ?down|reduce your request rate|throttl", "run again: S3 or Glue was asked too much at once"),
    (r"table_not_found|schema_not_found|catalog_not_found|does not exist", "check the name, and the region"),
    (r"column_not_found|cannot be resolved|type_mismatch|hive_partition_schema|hive_bad_data|hive_cursor", _TABLE),
    (r"constraint_violation|injected|projection", "name accounts and regions, or change the table's projection"),
    (r"exhausted resources|query_timeout|timed? ?out|internal", f"run again; if it stays, {MORE_TIME}"),
    (r"cancel", "it was stopped from outside: run again"),
)


def explain_call(error: Exception, permission: str) -> tuple[str, str]:
    """Say what an error of one of Athena's calls means and what to do."""
    text = " ".join(str(error).split())
    code = error_code(error)
    if code == "TooManyRequestsException" and "concurren" in text.lower():
        return (
            "the account's queue of queries is full (TooManyRequestsException)",
            "run again later, raise --deadline, or have the quota of active DML queries raised",
        )
    if is_throttled(error):
        return f"throttled ({code})", f"run again later, or {MORE_TIME}"
    if code in ("MetadataException", "EntityNotFoundException", "ResourceNotFoundException"):
        return (
            f"there is no such table ({_own_words(text)})",
            "check the name and the region (AWS_REGION is the table's); tfdrift-gate athena ddl prints one to create",
        )
    if code in ("InvalidRequestException", "InternalServerException"):
        return _own_words(text), _advice(text, _CALLS) or explain(error, permission)[1]
    return explain(error, permission)


def explain_end(state: str, reason: str) -> tuple[str, str]:
    """Say why a query ended without a result (``FAILED``, ``CANCELLED``, Lake's ``TIMED_OUT``) and what to do."""
    words = " ".join(reason.split())[:500] or "no reason is given"
    return f"the query ended as {state}: {words}", _advice(reason, _FAILURES) or "the message above is AWS's own"


def _advice(text: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((advice for pattern, advice in known if re.search(pattern, text, re.IGNORECASE | re.DOTALL)), "")


def _own_words(text: str) -> str:
    """Cut botocore's own beginning off a message."""
    return text.rpartition(" operation: ")[2][:500]
