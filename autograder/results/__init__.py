"""Results of submissions: their files, the cache, what is up to date, and the log."""
