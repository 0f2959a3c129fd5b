"""One module per subcommand of `filrouge`, each with a click command of its own name."""
