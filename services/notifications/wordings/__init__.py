"""The organisation's own wording of each kind of mail."""
