"""The whole system on one machine, for people and for tests."""
