"""Is handed in by a student whose name is markup and the beginning of a path."""

SCALE = "honest"
STUDENT = "..%2f..<img src=x onerror=alert(1)>"
EXPECTED = None
SAYS = "not a student's name; rename the folder"
