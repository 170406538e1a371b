"""Invoices, their numbers, their PDF and their payments."""
