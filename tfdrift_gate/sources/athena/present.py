"""Whether there are any files at all where a query found nothing: an account that is not there looks like a quiet one.

Partitions that are computed need not be there, nor a table's location, and a query says nothing of that:
https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tfdrift_gate.aws import Credentials
from tfdrift_gate.model import RawRecord
from tfdrift_gate.sources import Place, Question
from tfdrift_gate.sources.athena.partitions import ACCOUNTS, REGIONS, held_by, key_among
from tfdrift_gate.sources.athena.table import IN_TEMPLATE, Table
from tfdrift_gate.sources.bucket.objects import Bucket


def absent_places(
    table: Table, question: Question, credentials: Credentials, records: Sequence[RawRecord], seconds: float
) -> tuple[frozenset[Place], int]:
    """Tell of which accounts and regions asked for there is no file, and how many requests that took.

    Only places of which the query found nothing are looked up. Raises :class:`tfdrift_gate.errors.EventSourceError`
    where that cannot be told, and within ``seconds``.
    """
    heard_of = {
        (str(raw.body.get("recipientAccountId")), str(raw.body.get("awsRegion"))) for raw in records if raw.body
    }
    absent: set[Place] = set()
    buckets: dict[str, Bucket] = {}
    for place, url in _prefixes(table, question):
        name, _, prefix = url.removeprefix("s3://").partition("/")
        if place in heard_of or not url.startswith("s3://") or not name:
            continue
        if name not in buckets:
            buckets[name] = Bucket(name, credentials, None, seconds)
        if not buckets[name].keys_exist(prefix):
            absent.add(place)
    return frozenset(absent), sum(bucket.api_calls for bucket in buckets.values())


def _prefixes(table: Table, question: Question) -> Iterator[tuple[Place, str]]:
    """Give each place asked for that the table can hold, and where its files lie, of every day."""
    account_key, region_key = (key_among(table.partition_keys, names) for names in (ACCOUNTS, REGIONS))
    accounts, regions = held_by(table)
    for account, region in product(sorted(question.accounts), sorted(question.regions)):
        if (accounts is None or account in accounts) and (regions is None or region in regions):
            values = {account_key: account, region_key: region}
            written = IN_TEMPLATE.sub(lambda key, values=values: values.get(key[1], key[0]), table.template)  # type: ignore[misc]
            yield (account, region), written.partition("${")[0]
