"""Lambda's control plane for the local AWS: what it stores, answers and refuses, without ever running code.

moto's own Lambda lacks provisioned concurrency, code signing, runtime and recursion settings, keeps one URL, one policy
and one event invoke configuration for all qualifiers of a function, and forgets most of an update. This one follows
the API reference, https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html: every operation is a function
named as boto3 names it, ``(region, sent, now) → answer``, both by API member name (``FunctionName``).
What a caller can see only on the live service (scaling, invocations, the minutes a change takes) is left out.
"""
