"""Training runs under changed settings: what is planned, how one is run, what came of it."""
