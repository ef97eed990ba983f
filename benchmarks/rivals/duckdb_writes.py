"""Find Lambda's successful writes in a trail with DuckDB, given the shape of a record, so that it need not guess."""

import sys

import duckdb

SHAPE = (
    "STRUCT(eventSource VARCHAR, eventName VARCHAR, eventTime VARCHAR, readOnly BOOLEAN, errorCode VARCHAR,"
    " requestParameters JSON, responseElements JSON, userIdentity JSON, eventID VARCHAR)[]"
)
found = duckdb.sql(
    f"SELECT r.* FROM (SELECT unnest(Records) AS r FROM read_json('{sys.argv[1]}/**/*.json.gz',"  # noqa: S608
    f" columns={{Records: '{SHAPE}'}}, maximum_object_size=268435456))"
    " WHERE r.eventSource = 'lambda.amazonaws.com' AND NOT r.readOnly AND r.errorCode IS NULL"
).fetchall()
print(len(found))
