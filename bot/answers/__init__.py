"""Answers by subject. Each takes a `Talk`, says what it knows, and notes what is still missing."""
