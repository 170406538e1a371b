"""A real SMTP server that delivers nothing: it keeps every mail as a file and shows them on a page."""
