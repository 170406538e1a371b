"""A service of no domain, to try the chassis on: it counts, and sees its own events come back."""
