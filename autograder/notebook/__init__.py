"""What is learned from a notebook without running it; nothing here needs more than Python itself."""
