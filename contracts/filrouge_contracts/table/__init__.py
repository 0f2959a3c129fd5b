"""The register's lines, a file per domain; `filrouge_contracts.register` puts them together."""
