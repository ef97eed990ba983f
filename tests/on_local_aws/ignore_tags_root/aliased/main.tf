terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.mine]
    }
  }
}

resource "aws_lambda_code_signing_config" "mine" {
  provider = aws.mine

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}

resource "aws_lambda_code_signing_config" "default" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}
