"""Packages that are paid in instalments: plans whose invoices are written on their days."""
