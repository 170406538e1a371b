"""Credit notes: what an invoice that was sent is reduced by."""
