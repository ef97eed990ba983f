"""Rules: how bad a drift is, and whose drift is not held against them."""
