"""Secret calendar feeds: one own address per person, to subscribe to."""
