"""From what staff write in solutions/ to what students get in assignments/."""
