"""A stand-in for Athena in front of moto, for tests only: queries are run by DuckDB over the objects in moto's S3.

moto's own Athena runs nothing; it hands out results that a test has put into a queue. Tables and partitions are moto's
Glue's, as Athena's are Glue's: ``tables`` reads and makes them, ``scan`` finds the partitions that a query needs and
reads their records as Athena's CloudTrail input format does, ``service`` answers calls and goes through the states.
"""

from tests.local_aws.athena.service import AthenaStandIn

__all__ = ["AthenaStandIn"]
