"""The act of the loans: what becomes of the devices that the purchases bring into stock."""
