"""Real Terraform for tests and the demo: which ones there are, and where they get their providers."""
