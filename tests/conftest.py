"""Fixtures that every kind of test may ask for: `postgres_server` and `rabbit_node`."""

from hypothesis import settings

pytest_plugins = ["tests.support.servers"]

# The same examples in every run: a failure is one of the code, not of luck. `--hypothesis-profile default` explores.
settings.register_profile("coachworks", derandomize=True, deadline=None)
settings.load_profile("coachworks")
