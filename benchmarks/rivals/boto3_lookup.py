"""The rival of :mod:`benchmarks.start`: makes a boto3 client and asks for one page of event history, nothing else.

``python benchmarks/rivals/boto3_lookup.py REGION``
"""

import sys
from datetime import datetime, timedelta, timezone

import boto3

now = datetime.now(timezone.utc)
client = boto3.client("cloudtrail", region_name=sys.argv[1])
page = client.lookup_events(
    LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}],
    StartTime=now - timedelta(hours=24),
    EndTime=now,
    MaxResults=50,
)
print(len(page["Events"]))
