"""Exporting and erasing clients."""
