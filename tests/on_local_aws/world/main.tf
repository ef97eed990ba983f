# One of every resource type of Lambda's that provider 5.100 has, with every nested block that a function may have.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Owner = "platform" }
  }
}

# moto's Kinesis forgets the tags that a stream is made with.
provider "aws" {
  alias  = "untagged"
  region = "us-east-1"
}

locals {
  package = "${path.module}/app.zip"
}

# Functions

resource "aws_lambda_function" "full" {
  function_name                  = "full"
  description                    = "as applied"
  role                           = aws_iam_role.lambda.arn
  runtime                        = "python3.12"
  handler                        = "app.handler"
  filename                       = local.package
  source_code_hash               = filebase64sha256(local.package)
  publish                        = true
  memory_size                    = 256
  timeout                        = 10
  reserved_concurrent_executions = 20
  architectures                  = ["arm64"]
  layers                         = [aws_lambda_layer_version.tools.arn]
  kms_key_arn                    = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000001"
  code_signing_config_arn        = aws_lambda_code_signing_config.warn.arn

  environment {
    variables = { STAGE = "test" }
  }
  dead_letter_config {
    target_arn = aws_sqs_queue.dead.arn
  }
  ephemeral_storage {
    size = 1024
  }
  file_system_config {
    arn              = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-00000000000000001"
    local_mount_path = "/mnt/data"
  }
  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "WARN"
  }
  snap_start {
    apply_on = "PublishedVersions"
  }
  tracing_config {
    mode = "Active"
  }
  vpc_config {
    subnet_ids         = ["subnet-00000000000000001", "subnet-00000000000000002"]
    security_group_ids = ["sg-00000000000000001"]
  }

  tags = { Team = "orders" }
}

resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = aws_iam_role.lambda.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = local.package
}

resource "aws_lambda_function" "image" {
  function_name = "image"
  role          = aws_iam_role.lambda.arn
  package_type  = "Image"
  image_uri     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"

  image_config {
    command           = ["app.handler"]
    entry_point       = ["/entry"]
    working_directory = "/work"
  }
}

# What hangs on functions

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "as applied"
  function_name    = aws_lambda_function.full.function_name
  function_version = aws_lambda_function.full.version
}

resource "aws_lambda_permission" "bucket" {
  statement_id   = "AllowBucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.plain.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::orders"
  source_account = "123456789012"
}

resource "aws_lambda_permission" "rule_on_alias" {
  statement_id  = "AllowRule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.full.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:us-east-1:123456789012:rule/orders"
}

resource "aws_lambda_function_url" "plain" {
  function_name      = aws_lambda_function.plain.function_name
  authorization_type = "AWS_IAM"

  cors {
    allow_origins = ["https://example.com"]
    allow_methods = ["GET"]
    max_age       = 60
  }
}

resource "aws_lambda_function_url" "alias" {
  function_name      = aws_lambda_function.full.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_function_event_invoke_config" "plain" {
  function_name                = aws_lambda_function.plain.function_name
  maximum_event_age_in_seconds = 120
  maximum_retry_attempts       = 1

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead.arn
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "alias" {
  function_name          = aws_lambda_function.full.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = 0
}

resource "aws_lambda_provisioned_concurrency_config" "alias" {
  function_name                     = aws_lambda_function.full.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_runtime_management_config" "plain" {
  function_name     = aws_lambda_function.plain.function_name
  update_runtime_on = "FunctionUpdate"
}

resource "aws_lambda_function_recursion_config" "plain" {
  function_name  = aws_lambda_function.plain.function_name
  recursive_loop = "Allow"
}

# What functions read from

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn                   = aws_sqs_queue.orders.arn
  function_name                      = aws_lambda_function.plain.function_name
  batch_size                         = 5
  maximum_batching_window_in_seconds = 1
  function_response_types            = ["ReportBatchItemFailures"]

  filter_criteria {
    filter {
      pattern = jsonencode({ body = { kind = ["order"] } })
    }
  }
  metrics_config {
    metrics = ["EventCount"]
  }
  scaling_config {
    maximum_concurrency = 2
  }

  tags = { Team = "orders" }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn                   = aws_kinesis_stream.orders.arn
  function_name                      = aws_lambda_function.plain.arn
  starting_position                  = "LATEST"
  maximum_batching_window_in_seconds = 1
  maximum_record_age_in_seconds      = 120
  maximum_retry_attempts             = 3
  parallelization_factor             = 2
  bisect_batch_on_function_error     = true
  tumbling_window_in_seconds         = 30

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead.arn
    }
  }
}

resource "aws_lambda_event_source_mapping" "table" {
  event_source_arn  = aws_dynamodb_table.orders.stream_arn
  function_name     = aws_lambda_alias.live.arn
  starting_position = "TRIM_HORIZON"
  enabled           = false
}

# What functions share

resource "aws_lambda_layer_version" "tools" {
  layer_name               = "tools"
  description              = "as applied"
  filename                 = local.package
  compatible_runtimes      = ["python3.12"]
  compatible_architectures = ["arm64"]
  license_info             = "MIT"
}

resource "aws_lambda_layer_version_permission" "partner" {
  layer_name     = aws_lambda_layer_version.tools.layer_name
  version_number = aws_lambda_layer_version.tools.version
  statement_id   = "AllowPartner"
  action         = "lambda:GetLayerVersion"
  principal      = "210987654321"
}

resource "aws_lambda_code_signing_config" "warn" {
  description = "as applied"

  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/orders/0000000001"]
  }
  policies {
    untrusted_artifact_on_deployment = "Warn"
  }

  tags = { Team = "orders" }
}

# Beside Lambda

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
}

resource "aws_kinesis_stream" "orders" {
  provider    = aws.untagged
  name        = "orders"
  shard_count = 1
}

resource "aws_dynamodb_table" "orders" {
  name             = "orders"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_iam_role" "lambda" {
  name = "world-lambda"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# What is another one in each world

output "queue" {
  value = aws_lambda_event_source_mapping.queue.uuid
}

output "stream" {
  value = aws_lambda_event_source_mapping.stream.uuid
}

output "table" {
  value = aws_lambda_event_source_mapping.table.uuid
}

output "signing" {
  value = aws_lambda_code_signing_config.warn.arn
}
