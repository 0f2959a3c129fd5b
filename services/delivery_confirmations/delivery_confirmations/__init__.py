"""Decides on reception, admission and the certification of service."""
