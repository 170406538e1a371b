"""Wording, the gate, the queue of mail and its log; the log of public events."""
