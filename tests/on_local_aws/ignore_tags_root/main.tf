# One code signing configuration (it takes tags and is quickly made) behind each way to come to a provider block.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  ignore_tags {
    keys         = ["CostCenter"] # case matters
    key_prefixes = ["kubernetes.io/"]
  }
}

provider "aws" {
  alias  = "plain"
  region = "us-east-1"
}

provider "aws" {
  alias  = "other"
  region = "us-east-1"

  ignore_tags {
    keys = ["Seen"]
  }
}

resource "aws_lambda_code_signing_config" "default" {
  tags = { Team = "orders" }

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}

resource "aws_lambda_code_signing_config" "plain" {
  provider = aws.plain
  tags     = { Team = "orders" }

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}

resource "aws_lambda_code_signing_config" "other" {
  provider = aws.other

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/0123456789"]
  }
}

module "inherits" {
  source = "./inherits"
}

module "handed" {
  source = "./inherits"
  providers = {
    aws = aws.plain
  }
}

module "aliased" {
  source = "./aliased"
  providers = {
    aws.mine = aws.other
  }
}

module "own" {
  source = "./own"
}

module "empty" {
  source = "./proxy"
}

module "proxy" {
  source = "./proxy"
  providers = {
    aws = aws.other
  }
}
