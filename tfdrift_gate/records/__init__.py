"""Records: what CloudTrail wrote down, read into typed events with their actor and origin."""
