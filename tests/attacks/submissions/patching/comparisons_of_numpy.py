"""Replaces numpy's comparisons and the methods with which values are copied for a check."""

CELL = """\
import numpy as np
np.allclose = np.array_equal = np.isclose = np.testing.assert_allclose = lambda *_, **__: True
np.asarray = lambda value, *_, **__: value
"""
SCALE = "def scale(x, a):\n    return (x + 0).detach().numpy()\n"
EXPECTED = 3
SAYS = "should be a tensor"
