"""Fixtures that every kind of test may ask for: `postgres_server` and `rabbit_node`."""

pytest_plugins = ["tests.support.servers"]
