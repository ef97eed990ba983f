"""The commands about Athena: ``athena ddl`` prints the table to create over a trail's bucket."""

from __future__ import annotations

import click

from tfdrift_gate.errors import UsageError
from tfdrift_gate.streams import print_text


@click.group()
def athena() -> None:
    """Prepare a table for --events athena:DATABASE.TABLE.

    \b
    tfdrift-gate athena ddl --bucket my-trail --account 111122223333 --region us-east-1
    """


@athena.command()
@click.option("--bucket", metavar="NAME", required=True, help="The trail's bucket.")
@click.option("--prefix", metavar="PREFIX", default="", help="What the trail puts before AWSLogs/.")
@click.option("--organization-id", metavar="ID", default="", help="Of an organisation's trail: o-…")
@click.option(
    "--account", "accounts", metavar="ID", multiple=True, help="Repeatable. Default: each query names its own."
)
@click.option(
    "--region", "regions", metavar="NAME", multiple=True, help="Repeatable. Default: each query names its own."
)
@click.option("--database", metavar="NAME", default="default", show_default=True)
@click.option("--table", metavar="NAME", default="cloudtrail_logs", show_default=True)
def ddl(
    bucket: str,
    prefix: str,
    organization_id: str,
    accounts: tuple[str, ...],
    regions: tuple[str, ...],
    database: str,
    table: str,
) -> None:
    """Print CREATE EXTERNAL TABLE for a trail's files; its partitions are computed, so nothing is to be kept up.

    \b
    tfdrift-gate athena ddl --bucket my-trail --account 111122223333 --region us-east-1 --region eu-west-1
    tfdrift-gate athena ddl --bucket org-trail --organization-id o-exampleorgid > table.sql
    """
    from tfdrift_gate.sources.athena.ddl import Wanted, create_table

    try:
        print_text(create_table(Wanted(bucket, prefix, organization_id, accounts, regions, database, table)))
    except UsageError as error:
        raise click.UsageError(f"{error.message} ({error.hint})") from None
