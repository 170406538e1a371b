"""Everything that starts, packages and deploys Coachworks."""
