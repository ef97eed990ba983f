"""The demo: the four published changes, made by hand on a local AWS, and the plan that is stopped by them."""
