"""Invoices: from a draft to the last payment."""
