"""The library, the files that engagements share, and their bytes."""
