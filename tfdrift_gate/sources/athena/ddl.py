"""The table that suits best: every column that a judgement uses, partitions computed, nothing to maintain.

Columns, serde and formats: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
Kinds of projection: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tfdrift_gate.errors import UsageError

BEGINS = "2020/01/01"
"""The first day of the table's partitions, as in AWS's own example; a day without files costs nothing."""

_COLUMNS = """\
  eventversion STRING,
  useridentity STRUCT<
    type: STRING,
    principalid: STRING,
    arn: STRING,
    accountid: STRING,
    invokedby: STRING,
    accesskeyid: STRING,
    username: STRING,
    identityprovider: STRING,
    onbehalfof: STRUCT<
      userid: STRING,
      identitystorearn: STRING>,
    sessioncontext: STRUCT<
      attributes: STRUCT<
        mfaauthenticated: STRING,
        creationdate: STRING>,
      sessionissuer: STRUCT<
        type: STRING,
        principalid: STRING,
        arn: STRING,
        accountid: STRING,
        username: STRING>,
      sourceidentity: STRING,
      ec2roledelivery: STRING,
      webidfederationdata: STRUCT<
        federatedprovider: STRING,
        attributes: MAP<STRING, STRING>>>>,
  eventtime STRING,
  eventsource STRING,
  eventname STRING,
  awsregion STRING,
  sourceipaddress STRING,
  useragent STRING,
  errorcode STRING,
  errormessage STRING,
  requestparameters STRING,
  responseelements STRING,
  additionaleventdata STRING,
  requestid STRING,
  eventid STRING,
  readonly STRING,
  resources ARRAY<STRUCT<
    arn: STRING,
    accountid: STRING,
    type: STRING>>,
  eventtype STRING,
  apiversion STRING,
  managementevent STRING,
  recipientaccountid STRING,
  serviceeventdetails STRING,
  sharedeventid STRING,
  vpcendpointid STRING,
  vpcendpointaccountid STRING,
  eventcategory STRING,
  addendum STRUCT<
    reason: STRING,
    updatedfields: STRING,
    originalrequestid: STRING,
    originaleventid: STRING>,
  sessioncredentialfromconsole STRING,
  edgedevicedetails STRING,
  tlsdetails STRUCT<
    tlsversion: STRING,
    ciphersuite: STRING,
    clientprovidedhostheader: STRING>"""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*()/-]*")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_NAME = re.compile(r"[a-z0-9_]{1,128}")


@dataclass(frozen=True)
class Wanted:
    """Which trail's files a table is over, and what it is called."""

    bucket: str
    prefix: str = ""
    """What the trail puts before ``AWSLogs/``."""
    organization_id: str = ""
    """Of an organisation's trail: ``o-exampleorgid``."""
    accounts: Sequence[str] = ()
    regions: Sequence[str] = ()
    database: str = "default"
    table: str = "cloudtrail_logs"


def create_table(wanted: Wanted) -> str:
    """Write ``CREATE EXTERNAL TABLE`` for a trail; raises :class:`UsageError` for what cannot be a part of it.

    Accounts and regions that are not listed are taken from each query, which must then name them, as this program does.
    """
    _check(wanted)
    prefix = wanted.prefix.strip("/")
    parts = ["s3:/", wanted.bucket, prefix, "AWSLogs", wanted.organization_id]
    root = "/".join(part for part in parts if part)
    properties = {
        "projection.enabled": "true",
        **_projection("account", wanted.accounts),
        **_projection("region", wanted.regions),
        "projection.timestamp.type": "date",
        "projection.timestamp.format": "yyyy/MM/dd",
        "projection.timestamp.interval": "1",
        "projection.timestamp.interval.unit": "DAYS",
        "projection.timestamp.range": f"{BEGINS},NOW",
        "storage.location.template": f"{root}/${{account}}/CloudTrail/${{region}}/${{timestamp}}",
    }
    written = ",\n".join(f"  '{name}' = '{value}'" for name, value in properties.items())
    return f"""\
CREATE EXTERNAL TABLE IF NOT EXISTS `{wanted.database}`.`{wanted.table}` (
{_COLUMNS}
)
COMMENT 'CloudTrail records, for tfdrift-gate --events athena:{wanted.database}.{wanted.table}'
PARTITIONED BY (
  `account` STRING,
  `region` STRING,
  `timestamp` STRING
)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '{root}/'
TBLPROPERTIES (
{written}
)
"""


def _projection(key: str, values: Sequence[str]) -> dict[str, str]:
    if not values:
        return {f"projection.{key}.type": "injected"}
    return {f"projection.{key}.type": "enum", f"projection.{key}.values": ",".join(sorted(set(values)))}


def _check(wanted: Wanted) -> None:
    texts = [
        ("--bucket", wanted.bucket, _BUCKET),
        ("--prefix", wanted.prefix, _PREFIX),
        ("--database", wanted.database, _NAME),
        ("--table", wanted.table, _NAME),
        *(("--account", account, _ACCOUNT) for account in wanted.accounts),
        *(("--region", region, _REGION) for region in wanted.regions),
    ]
    if wanted.organization_id:
        texts.append(("--organization-id", wanted.organization_id, _ORGANIZATION))
    for option, text, form in texts:
        if not form.fullmatch(text):
            shown = option.removeprefix("--").replace("-", " ").replace(" id", "'s id")
            raise UsageError(f"reading {option}: {text!r} is no {shown}", "see tfdrift-gate athena ddl --help")
