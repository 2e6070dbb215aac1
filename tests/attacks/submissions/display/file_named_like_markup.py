"""Names its notebook so that the remark about the name is markup."""

SCALE = "honest"
FILE = "<img src=x onerror=alert(1)>&lt;script&gt; [x](javascript:alert(1)).ipynb"
EXPECTED = 10
SAYS = "The notebook was named <img src=x onerror=alert(1)>"
