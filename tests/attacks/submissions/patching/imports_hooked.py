"""Puts a finder of its own in front of all imports, and modules of its own in place of pytest, torch and the checks."""

CELL = """\
import importlib.abc, sys, types
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        sys.modules[name] = types.ModuleType(name)
        return None
sys.meta_path.insert(0, Finder())
for name in ("pytest", "autograder", "autograder.authoring", "test_scale"):
    sys.modules[name] = types.SimpleNamespace(assert_close=lambda *_: None, check=lambda **_: lambda item: item)
"""
SCALE = "def scale(x, a):\n    return x + 0\n"
EXPECTED = 3
SAYS = "where it should be 6"
