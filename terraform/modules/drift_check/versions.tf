terraform {
  # check blocks need 1.5; OpenTofu has them since 1.6, its first release.
  required_version = ">= 1.5.0"

  required_providers {
    external = {
      source  = "hashicorp/external"
      version = ">= 2.2.0"
    }
  }
}
