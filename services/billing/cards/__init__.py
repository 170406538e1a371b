"""Payment by card, which Stripe takes."""
