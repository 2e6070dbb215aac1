"""What the work of a whole class tells staff: the class report, and texts that are too much alike."""
