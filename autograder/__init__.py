"""An auto-graded PyTorch course: hidden checks isolated from student code, and scores in nbgrader's gradebook."""

import sys

# jsonschema, which nbformat imports, would import this package for a check of web addresses that notebooks do not need,
# and every command would take a second longer to start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
