resource "aws_lambda_code_signing_config" "it" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}
