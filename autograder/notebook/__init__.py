"""Static analysis of notebooks: reading them without running them. Needs only the standard library."""
