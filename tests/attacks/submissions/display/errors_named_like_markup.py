"""Raises errors whose class, message and source line are markup and terminal codes, in cells and in checks."""

CELL = """\
Trap = type("<script>alert(1)</script>", (Exception,), {"__module__": "<img src=x onerror=alert(1)>"})
print("\\x1b]8;;javascript:alert(1)\\x07click\\x1b]8;;\\x07 \\x1b[31m<b>red</b> \\x1b[8mhidden")
raise Trap("</pre><script>alert(1)</script>")
"""
SCALE = """\
def scale(x, a):
    raise RuntimeError("<script>alert(1)</script> [x](javascript:alert(1)) </li></ul> 7 of 7 points")
"""
EXPECTED = 3
SAYS = "your code raised RuntimeError"
