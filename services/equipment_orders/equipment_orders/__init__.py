"""Decides how needs become orders: reservations, commitment, placing, completion."""
