"""``cloudtrail:``: event history through LookupEvents, the source that every account has.

LookupEvents gives 90 days of management events, one region a call, newest first, 50 a page, one attribute a call,
and at most 2 requests a second per account and region, for everybody in the account together:
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html

``accounts`` reads accounts and regions side by side, each by ``region``, which takes what earlier runs read out of the
cache and chooses, by counting, among the ways of ``ways``. A way is one or more ``lookup``s, walked back in time page
by page; ``page`` asks for one page until it comes, at the pace of ``pace``; ``found`` keeps what matters.
"""

from tfdrift_gate.sources.lookup.accounts import read

__all__ = ["read"]
