terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

module "drift_check" {
  source = "./modules/drift_check"
}

resource "aws_lambda_function" "process_orders" {
  function_name = "process-orders"
  role          = var.role
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "app.zip"
  memory_size   = 512
  timeout       = 10
}

resource "aws_lambda_function" "secure_function" {
  function_name = "secure-function"
  role          = var.role
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "app.zip"
}

resource "aws_lambda_function" "stream_processor" {
  function_name = "stream-processor"
  role          = var.role
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "app.zip"
}

resource "aws_lambda_event_source_mapping" "stream_processor" {
  event_source_arn  = var.stream
  function_name     = aws_lambda_function.stream_processor.arn
  starting_position = "LATEST"
  batch_size        = 500
  enabled           = false
}

variable "role" {
  type = string
}

variable "stream" {
  type = string
}
