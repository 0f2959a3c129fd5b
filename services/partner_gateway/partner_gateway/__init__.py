"""Decides what partners may say: the door that everything from outside comes through."""
