"""Public events by HTTP to other systems, signed as Standard Webhooks."""
