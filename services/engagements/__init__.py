"""People, sign-in, programs, engagements and their activity log."""
