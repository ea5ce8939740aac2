"""Widgets: comparison, digitiser, and what they share."""
