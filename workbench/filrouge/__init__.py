"""The filrouge command: everything that runs the services on one machine and looks at them."""
