"""Where a function's or layer's code comes from, and what Lambda makes of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any

from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from tests.local_aws.lambda_service.errors import invalid
from tests.local_aws.lambda_service.state import Region

_PARTITION = "aws"


@dataclass(frozen=True)
class Code:
    """Code that Lambda has taken."""

    sha256: str
    """``CodeSha256``: base64 of a package's digest, hexadecimal of an image's."""
    size: int
    location: dict[str, Any]
    """As GetFunction's ``Code``."""


def take_code(region: Region, source: dict[str, Any]) -> Code:
    """Take code from an archive, an object in S3 or an image; refuses what is not there or no archive.

    ``source`` has the members of the API's FunctionCode; UpdateFunctionCode has them beside others.
    """
    if "ImageUri" in source:
        digest = hashlib.sha256(source["ImageUri"].encode()).hexdigest()
        repository = source["ImageUri"].partition("@")[0].rpartition(":")[0] or source["ImageUri"]
        resolved = f"{repository}@sha256:{digest}"
        return Code(digest, 0, {"RepositoryType": "ECR", "ImageUri": source["ImageUri"], "ResolvedImageUri": resolved})
    if "ZipFile" in source:
        content = _decoded(source["ZipFile"])
    elif "S3Bucket" in source and "S3Key" in source:
        content = _object(region, source)
    else:
        raise invalid("Please provide a source for function code.")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    address = f"https://awslambda-{region.name}-tasks.s3.{region.name}.amazonaws.com/snapshots/{uuid.uuid4()}"
    location = {"RepositoryType": "S3", "Location": address}
    if "SourceKMSKeyArn" in source:
        location["SourceKMSKeyArn"] = source["SourceKMSKeyArn"]
    by_reference = source.get("S3ObjectStorageMode") == "REFERENCE"
    return Code("" if by_reference else digest, len(content), location)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from error


def _object(region: Region, source: dict[str, Any]) -> bytes:
    said = "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}"
    try:
        found = s3_backends[region.account][_PARTITION].get_object(
            source["S3Bucket"], source["S3Key"], version_id=source.get("S3ObjectVersion")
        )
    except MissingBucket as error:
        raise invalid(said.format("NoSuchBucket", "The specified bucket does not exist")) from error
    if found is None:
        raise invalid(said.format("NoSuchKey", "The specified key does not exist."))
    content: bytes = found.value
    return content
