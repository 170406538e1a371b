"""Resources: files that are in an engagement, for its client to read."""
