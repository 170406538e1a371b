"""Forms and surveys: what they ask, who was asked, what was answered."""
