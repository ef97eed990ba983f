"""What every test may use."""

pytest_plugins = ["tests.terraform_cli.fixtures"]
