"""Files: what is stored, its bytes, and the HTTP by which they come and go."""
