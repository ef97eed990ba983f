"""How much a query would read, asked before it runs: the sizes of the files under its partitions.

Athena charges for the bytes it reads of S3, compressed as they lie there (https://aws.amazon.com/athena/pricing/), and
has no bound for one query. So where ``--max-scan`` sets one, the files are listed first, if that takes few requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from tfdrift_gate.aws import Credentials, client
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.athena.explain import COSTS
from tfdrift_gate.sources.athena.partitions import ACCOUNTS, REGIONS, days_of, key_among, projected_day, written_day
from tfdrift_gate.sources.athena.run import Calls
from tfdrift_gate.sources.athena.table import IN_TEMPLATE, Table

MOST_PREFIXES = 40
"""With more, listing would cost more time than the query; then the query is watched while it runs."""
MOST_REQUESTS = 100
"""Likewise: a hundred thousand files."""


def refuse_too_much(
    table: Table, question: Question, region: str, credentials: Credentials, bound: int, calls: Calls
) -> None:
    """Raise :class:`EventSourceError` where the partitions hold more bytes than ``bound``; requests are ``calls``' own.

    What cannot be listed, or not before the deadline, is not refused: the query itself is watched too.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    prefixes = _prefixes(table, question)
    made = total = 0
    if len(prefixes) > MOST_PREFIXES or not calls.seconds_left:
        return
    try:
        s3 = client("s3", region, credentials)
        for bucket, prefix in prefixes:
            for page in _pages(s3, bucket, prefix):
                made, calls.made = made + 1, calls.made + 1
                if made > MOST_REQUESTS or not calls.seconds_left:
                    return
                total += sum(int(each.get("Size", 0)) for each in page.get("Contents") or ())
                if total > bound:
                    raise EventSourceError(
                        f"reading {question.locator}: not asked, since the files of the window have more than {bound}"
                        " bytes, which --max-scan allows",
                        f"raise --max-scan, or shorten --since: {COSTS}",
                    )
    except (BotoCoreError, ClientError):
        return


def _pages(s3: Any, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    request = {"Bucket": bucket, "Prefix": prefix}
    while True:
        page = s3.list_objects_v2(**request)
        yield page
        if not page.get("IsTruncated") or not page.get("NextContinuationToken"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def _prefixes(table: Table, question: Question) -> list[tuple[str, str]]:
    """Give bucket and prefix of every computed partition that the query reads; none where that cannot be told."""
    template = table.template
    keys = list(dict.fromkeys(IN_TEMPLATE.findall(template)))
    values = [_values(table, key, question) for key in keys]
    if not template.startswith("s3://") or not all(values):
        return []
    found = []
    for chosen in product(*values):
        here = dict(zip(keys, chosen, strict=True))
        url = IN_TEMPLATE.sub(lambda key, here=here: here[key[1]], template)  # type: ignore[misc]
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        found.append((bucket, prefix.rstrip("/") + "/"))
        if len(found) > MOST_PREFIXES:
            break
    return found


def _values(table: Table, key: str, question: Question) -> list[str]:
    if key == key_among(table.partition_keys, ACCOUNTS):
        return sorted(question.accounts)
    if key == key_among(table.partition_keys, REGIONS):
        return sorted(question.regions)
    if key == projected_day(table) and "HH" not in (form := table.projection(key, "format")):
        return [written_day(day, form) for day in days_of(question.window)]
    return []
