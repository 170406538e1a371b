"""Sessions of an engagement."""
