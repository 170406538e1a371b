"""The log of all public events."""
