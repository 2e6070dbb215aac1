"""The bubblewrap jail in which student code runs, with one warm interpreter and no files of the course."""
