"""Sends a tensor whose shape, offset and strides claim memory that is not its own."""

ENGINE = True
SCALE = """\
def scale(x, a):
    from inside import values, wire
    def lie(self, value):
        lie.turn += 1
        memory = self._blob(bytes(8))
        if lie.turn % 3 == 0:
            return wire.Tensor("torch.float32", [1 << 40], memory, False, None)
        if lie.turn % 3 == 1:
            return wire.View("tensor", "<f4", [1 << 10], [4], -(1 << 12), memory)
        return wire.Tensor("torch.float32", [2], wire.Blob(1 << 20, 8), False, None)
    lie.turn = 0
    values.Packer._tensor = lie
    return x + x
"""
EXPECTED = 3
SAYS = "your code returned something that cannot be checked"
