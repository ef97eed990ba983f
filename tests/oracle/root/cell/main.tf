# One of everything that the provider and the local AWS both have, independent of every other cell.

variable "name" {
  type = string
}

variable "world" {
  type = map(string)
}

# Nearly every setting at something that is not the API's default.
resource "aws_lambda_function" "full" {
  function_name                  = "${var.name}-full"
  description                    = "kept by Terraform"
  role                           = var.world.role
  runtime                        = "python3.12"
  handler                        = "app.handler"
  s3_bucket                      = var.world.bucket
  s3_key                         = "app.zip"
  memory_size                    = 256
  timeout                        = 10
  publish                        = true
  reserved_concurrent_executions = 5
  kms_key_arn                    = var.world.key
  layers                         = [aws_lambda_layer_version.shared.arn]
  code_signing_config_arn        = aws_lambda_code_signing_config.trusted.arn

  environment {
    variables = {
      STAGE = "test"
    }
  }

  vpc_config {
    subnet_ids         = ["subnet-0000000a", "subnet-0000000b"]
    security_group_ids = ["sg-0000000a"]
  }

  dead_letter_config {
    target_arn = var.world.queue
  }

  file_system_config {
    arn              = var.world.files
    local_mount_path = "/mnt/files"
  }

  tracing_config {
    mode = "Active"
  }

  ephemeral_storage {
    size = 1024
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "INFO"
  }

  tags = {
    team = "orders"
  }
}

# Nothing set that need not be: every setting at the API's default.
resource "aws_lambda_function" "bare" {
  function_name = "${var.name}-bare"
  role          = var.world.role
  runtime       = "python3.12"
  handler       = "app.handler"
  s3_bucket     = var.world.bucket
  s3_key        = "app.zip"
}

resource "aws_lambda_function" "image" {
  function_name = "${var.name}-image"
  role          = var.world.role
  package_type  = "Image"
  image_uri     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1"
  architectures = ["arm64"]

  image_config {
    command           = ["app.handler"]
    working_directory = "/work"
  }

  snap_start {
    apply_on = "PublishedVersions"
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "what callers use"
  function_name    = aws_lambda_function.full.function_name
  function_version = aws_lambda_function.full.version
}

resource "aws_lambda_permission" "topic" {
  statement_id  = "AllowTopic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.full.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = "arn:aws:sns:us-east-1:123456789012:orders"
}

resource "aws_lambda_permission" "bucket" {
  statement_id   = "AllowBucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.full.function_name
  qualifier      = aws_lambda_alias.live.name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::orders"
  source_account = "123456789012"
}

resource "aws_lambda_permission" "account" {
  statement_id  = "AllowAccount"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.bare.arn
  principal     = "210987654321"
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn                   = var.world.queue
  function_name                      = aws_lambda_function.full.arn
  batch_size                         = 10
  maximum_batching_window_in_seconds = 5
  function_response_types            = ["ReportBatchItemFailures"]

  filter_criteria {
    filter {
      pattern = jsonencode({ body = { kind = ["order"] } })
    }
  }

  scaling_config {
    maximum_concurrency = 4
  }

  tags = {
    team = "orders"
  }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn               = var.world.stream
  function_name                  = aws_lambda_function.bare.function_name
  starting_position              = "LATEST"
  bisect_batch_on_function_error = true

  destination_config {
    on_failure {
      destination_arn = var.world.queue
    }
  }
}

resource "aws_lambda_function_url" "full" {
  function_name      = aws_lambda_function.full.function_name
  authorization_type = "AWS_IAM"

  cors {
    allow_origins = ["https://example.com"]
    max_age       = 60
  }
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.full.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_function_event_invoke_config" "full" {
  function_name                = aws_lambda_function.full.function_name
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 120

  destination_config {
    on_failure {
      destination = var.world.queue
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name = aws_lambda_function.full.function_name
  qualifier     = aws_lambda_alias.live.name
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_code_signing_config" "trusted" {
  description = "whom we trust"

  allowed_publishers {
    signing_profile_version_arns = [var.world.profile]
  }

  policies {
    untrusted_artifact_on_deployment = "Warn"
  }

  tags = {
    team = "orders"
  }
}

resource "aws_lambda_layer_version" "shared" {
  layer_name               = "${var.name}-shared"
  s3_bucket                = var.world.bucket
  s3_key                   = "app.zip"
  compatible_runtimes      = ["python3.12"]
  compatible_architectures = ["x86_64"]
}

resource "aws_lambda_layer_version_permission" "partner" {
  layer_name     = aws_lambda_layer_version.shared.layer_arn
  version_number = aws_lambda_layer_version.shared.version
  statement_id   = "AllowPartner"
  action         = "lambda:GetLayerVersion"
  principal      = "210987654321"
}

resource "aws_lambda_runtime_management_config" "bare" {
  function_name     = aws_lambda_function.bare.function_name
  update_runtime_on = "FunctionUpdate"
}

resource "aws_lambda_function_recursion_config" "bare" {
  function_name  = aws_lambda_function.bare.function_name
  recursive_loop = "Allow"
}
