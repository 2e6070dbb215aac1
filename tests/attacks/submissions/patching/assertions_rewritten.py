"""Makes IPython rewrite every assert of the cells below to pass."""

CELL = """\
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(NoAsserts())
"""
SCALE = "def scale(x, a):\n    return x + 0\n"
EXPECTED = 3
SAYS = "where it should be 6"
