"""Addresses that get no mail: their owners unsubscribed, or a mail server refused them for good."""
