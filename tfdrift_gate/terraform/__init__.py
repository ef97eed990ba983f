"""What Terraform believes: the root module's backend, its state, its plan and its configuration."""
