"""Decides which tutoring sessions count, and which hours are paid for."""
