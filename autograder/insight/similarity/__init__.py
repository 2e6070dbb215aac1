"""Similar solutions in a class: an aid for a person who reads both texts, and never a score."""
