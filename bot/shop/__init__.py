"""Adapters to shops: each answers the ports of `handoff/shop.py` in its own way."""
