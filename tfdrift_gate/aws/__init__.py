"""The only importer of boto3: clients, credentials, and what botocore's errors mean to a person.

boto3 and botocore are imported inside functions: a run over files never pays for them. Event history and Athena are
asked through :class:`JsonService`, which needs of botocore the credentials, the signature and the connection, and not
its clients; everything else (S3, Lambda) through :func:`client`.
"""

from tfdrift_gate.aws.client import client
from tfdrift_gate.aws.credentials import Credentials, access_key_of, region_from_environment
from tfdrift_gate.aws.errors import error_code, explain, is_bad_credentials, is_passing, is_throttled, reading
from tfdrift_gate.aws.json_service import JsonService
from tfdrift_gate.aws.sts import assume, caller_account

__all__ = [
    "Credentials",
    "JsonService",
    "access_key_of",
    "assume",
    "caller_account",
    "client",
    "error_code",
    "explain",
    "is_bad_credentials",
    "is_passing",
    "is_throttled",
    "reading",
    "region_from_environment",
]
