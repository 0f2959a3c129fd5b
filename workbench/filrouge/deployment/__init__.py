"""What a cluster installation is told by the register: `deploy/helm` reads the files that are made here."""
