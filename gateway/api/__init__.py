"""The public HTTP API, version 1 (API.md)."""
