# The four functions of the published examples, and the gate that tells who changed them by hand.

provider "aws" {
  region = "us-east-1"
}

module "drift_check" {
  source = "../../modules/drift_check"

  mode    = var.mode
  command = var.command
}

resource "aws_lambda_function" "process_orders" {
  function_name = "process-orders"
  role          = aws_iam_role.lambda.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = var.package
  memory_size   = 512
  timeout       = 10
}

resource "aws_lambda_function" "secure_function" {
  function_name = "secure-function"
  role          = aws_iam_role.lambda.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = var.package
}

resource "aws_lambda_function" "stream_processor" {
  function_name = "stream-processor"
  role          = aws_iam_role.lambda.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = var.package
}

resource "aws_lambda_event_source_mapping" "stream_processor" {
  event_source_arn  = aws_kinesis_stream.orders.arn
  function_name     = aws_lambda_function.stream_processor.arn
  starting_position = "LATEST"
  batch_size        = 100
}

resource "aws_lambda_function" "high_traffic_api" {
  function_name = "high-traffic-api"
  role          = aws_iam_role.lambda.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = var.package
}

resource "aws_kinesis_stream" "orders" {
  name        = "orders"
  shard_count = 1
}

resource "aws_iam_role" "lambda" {
  name = "four-scenarios-lambda"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}
