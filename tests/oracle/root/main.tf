# The world that the oracle changes by hand: the same cell many times over, each independent of the others, so that
# one refresh judges as many sequences of calls as there are cells.

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
    tags = {
      stage = "test"
    }
  }
}

variable "cells" {
  description = "Names of the cells, which start the names of everything in them."
  type        = list(string)
}

variable "world" {
  description = "ARNs and ids of what every cell leans on, made before Terraform runs."
  type        = map(string)
}

module "cell" {
  source   = "./cell"
  for_each = toset(var.cells)

  name  = each.key
  world = var.world
}
