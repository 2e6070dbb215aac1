"""Similar solutions in a class, listed for a person to compare; scores do not depend on it."""
