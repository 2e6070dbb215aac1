"""Where student code runs: a bubblewrap jail that holds one warm interpreter and nothing of the course."""
