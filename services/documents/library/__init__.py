"""The library: files and folders that all staff share."""
