"""Clients book free slots, and move and cancel within the rules."""
