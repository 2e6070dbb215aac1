"""Sends arrays of Python objects, of quantised numbers and of a dtype that is code, to be built by the grader."""

ENGINE = True
SCALE = """\
def scale(x, a):
    from inside import values, wire
    def lie(self, value):
        lie.turn += 1
        kinds = ("|O", "torch.qint8", "__import__('os').system('id')")
        kind = kinds[lie.turn % 3]
        if lie.turn % 2:
            return wire.Array(kind, [1], self._blob(bytes(8)), False)
        return wire.Tensor(kind, [8], self._blob(bytes(8)), False, None)
    lie.turn = 0
    values.Packer._tensor = lie
    return x + x
"""
EXPECTED = 3
SAYS = "dtype"
