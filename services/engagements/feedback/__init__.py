"""Feedback on goals: who is asked, in rounds, and what they answer."""
