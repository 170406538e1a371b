"""Mail from its request to its outcome."""
