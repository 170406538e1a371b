"""What has been paid of an invoice."""
