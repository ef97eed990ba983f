"""The forms in which callers name a function."""

from __future__ import annotations

import pytest

from tfdrift_gate.arn import FunctionName, parse_function_name

ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("orders", FunctionName("orders")),
        ("orders:live", FunctionName("orders", "live")),
        ("orders:$LATEST", FunctionName("orders", "$LATEST")),
        ("123456789012:function:orders", FunctionName("orders", None, "123456789012")),
        ("123456789012:function:orders:7", FunctionName("orders", "7", "123456789012")),
        ("function:orders", FunctionName("orders")),
        (ARN, FunctionName("orders", None, "123456789012", "us-east-1")),
        (f"{ARN}:live", FunctionName("orders", "live", "123456789012", "us-east-1")),
        (
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders",
            FunctionName("orders", None, "123456789012", "us-gov-west-1"),
        ),
        (
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders:1",
            FunctionName("orders", "1", "123456789012", "cn-north-1"),
        ),
    ],
)
def test_a_name_a_partial_arn_and_a_full_arn_name_the_same_function(text: str, parts: FunctionName) -> None:
    assert parse_function_name(text) == parts


@pytest.mark.parametrize("text", ["", "-", "arn:aws:s3:::orders", "a:b:c:d", "XXXX"])
def test_text_in_no_known_form_is_a_name_of_its_own(text: str) -> None:
    assert parse_function_name(text) == FunctionName(text)
