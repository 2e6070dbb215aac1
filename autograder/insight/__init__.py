"""Reports on a whole class for staff: the class report, similar solutions, and unexplained answers."""
