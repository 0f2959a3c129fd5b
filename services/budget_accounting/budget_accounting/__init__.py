"""Decides on credits, commitment, invoices and payment, in double entry."""
