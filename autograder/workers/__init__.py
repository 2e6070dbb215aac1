"""Worker processes, on this machine or many, that grade one submission after another."""
