"""The logo that stands on what is printed."""
