"""Runs in the jail and outside it: converts Python values to wire nodes.

Tensors, arrays, images and plain values are sent by value; for other objects (functions, classes, instances) a hook is
called: inside the jail it assigns a number, which becomes a remote object outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from .. import shared_memory, wire
from . import exact, records, tables
from .kinds import (
    CONTAINERS,
    DTYPES,
    IMAGE_MODES,
    MAX_DEPTH,
    MAX_GAPS,
    MAX_STRETCH,
    NAMES,
    NUMPY_DTYPE,
    NUMPY_SCALARS,
    SCALARS,
)


class Packer:
    """Converts values to wire nodes and collects the body of one frame.

    Args:
        opaque: returns the handle of an object that is not sent by value; may raise WireError.
        records: the classes whose instances are sent by value.
        as_laid_out: whether tensors and arrays keep their strides, and arrays stay read-only; otherwise they become
            contiguous.
    """

    def __init__(
        self,
        opaque: Callable[[Any], wire.Handle],
        as_laid_out: bool = False,
        records: records.Records = records.NONE,
    ) -> None:
        self.opaque = opaque
        self.records = records
        self.every_dataclass = False
        """Whether instances of all dataclasses are sent by their fields."""
        self.as_laid_out = as_laid_out
        self.body: list[bytes | memoryview] = []
        self.size = 0
        self.differentiable: list[torch.Tensor] = []
        """The packed tensors that require a gradient, in order."""
        self._in_record = 0
        self._memories: dict[int, shared_memory.Memory] = {}
        self._blobs: dict[int, wire.Blob] = {}

    def share(self, *values: Any) -> bool:
        """Find which of these values, to be packed later, share memory; return whether any do."""
        self._memories = shared_memory.shared(values)
        return bool(self._memories)

    def pack(self, value: Any, depth: int = 0) -> Any:
        """Return the wire node for `value`.

        Raises:
            WireError: it is nested too deeply, too large, or cannot be sent.
        """
        if value is None or isinstance(value, bool):
            return value
        if depth > MAX_DEPTH:
            raise wire.WireError(f"containers nested more than {MAX_DEPTH} deep, or containing themselves")
        kind = type(value)
        if kind is int:
            return value if -(2**63) <= value < 2**64 else wire.Number("int", f"{value:x}")
        if kind is float:
            return value
        if kind is str:
            return value.encode("utf-8", "replace").decode()
        if id(value) in self._memories:
            return self._view(value, self._memories[id(value)])
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if isinstance(value, list | tuple | set | frozenset):
            name = next(name for name in CONTAINERS if isinstance(value, CONTAINERS[name]))  # type: ignore[arg-type]
            return wire.Items(name, [self.pack(item, depth + 1) for item in value])  # type: ignore[arg-type]
        if isinstance(value, dict):
            pairs = [(self.pack(key, depth + 1), self.pack(item, depth + 1)) for key, item in dict.items(value)]
            return wire.Mapping(pairs)
        return self._rare(value, depth)

    def _record(self, name: str, parts: Any, depth: int) -> wire.Record | wire.Coded:
        self._in_record += 1
        try:
            if isinstance(parts, tuple):
                return wire.Coded(name, self.pack(parts[0], depth + 1))
            return wire.Record(name, [(str(key), self.pack(item, depth + 1)) for key, item in parts.items()])
        finally:
            self._in_record -= 1

    def _rare(self, value: Any, depth: int) -> Any:
        if (found := self.records.parts(value, self.every_dataclass)) is not None:
            return self._record(found[0], found[1], depth)
        if isinstance(value, complex):
            return wire.Number("complex", complex.__repr__(value))
        if isinstance(value, bytes | bytearray):
            return wire.Bytes(self._blob(bytes(value)))
        if isinstance(value, torch.dtype) and str(value) in DTYPES:
            return wire.Constant("dtype", str(value))
        if isinstance(value, torch.device):
            return wire.Constant("device", str(value))
        if value is Ellipsis:
            return wire.Constant("ellipsis", "...")
        if isinstance(value, slice):
            return wire.Slice(*(self.pack(part, depth + 1) for part in (value.start, value.stop, value.step)))
        if isinstance(value, torch.Generator) and value.device.type == "cpu":
            return wire.RandomState(self._blob(_raw(value.get_state())))
        if isinstance(value, Image.Image) and value.mode in IMAGE_MODES:
            return wire.Image(value.mode, list(value.size), self._blob(value.tobytes()))
        if tables.is_table(value):
            return wire.Table(self.pack(tables.parts(value), depth + 1))
        node = exact.pack(value)
        return self.opaque(value) if node is None else node

    def _blob(self, data: bytes | memoryview) -> wire.Blob:
        blob = wire.Blob(self.size, len(data))
        self.size += len(data)
        self._bound(0)
        self.body.append(data)
        return blob

    def _bound(self, more: int) -> None:
        if self.size + more > wire.MAX_BODY:
            raise wire.WireError(f"{self.size + more} bytes of values, at most {wire.MAX_BODY}")

    def _tensor(self, value: torch.Tensor) -> Any:
        plain, requires_grad, kept = _parts(value) if type(value) is torch.Tensor else _parts_of_subclass(value)
        if plain.layout != torch.strided:
            return self._sparse(plain)
        name = NAMES.get(plain.dtype)
        if name is None or not plain.is_cpu:
            raise wire.WireError(f"a tensor of dtype {plain.dtype} on {plain.device} cannot travel")
        self._bound(plain.nbytes)
        grad = None
        requires_grad = requires_grad and not self._in_record
        if requires_grad:
            self.differentiable.append(value)
            grad = self._tensor(kept.detach()) if isinstance(kept, torch.Tensor) else None
        if self.as_laid_out and not plain.is_contiguous() and (laid_out := _memory_of(plain)) is not None:
            self._bound(laid_out.nbytes)
            data = self._blob(_raw(laid_out))
            return wire.Tensor(name, list(plain.shape), data, requires_grad, grad, list(plain.stride()))
        data = self._blob(_raw(plain))
        return wire.Tensor(name, list(plain.shape), data, requires_grad, grad)

    def _view(self, value: Any, memory: shared_memory.Memory) -> wire.View:
        elements = shared_memory.numbers(value)
        assert elements is not None
        self._bound(elements.nbytes)
        if memory.start not in self._blobs:
            self._blobs[memory.start] = self._blob(memory.data)
        start = elements.__array_interface__["data"][0] - memory.start
        kind: Literal["tensor", "array"] = "tensor" if isinstance(value, torch.Tensor) else "array"
        shape, strides = list(elements.shape), list(elements.strides)
        blob = self._blobs[memory.start]
        return wire.View(kind, elements.dtype.str, shape, strides, start, blob, self._is_writable(elements))

    def _is_writable(self, array: np.ndarray[Any, Any]) -> bool:
        return array.flags.writeable or not self.as_laid_out

    def _sparse(self, value: torch.Tensor) -> wire.SparseTensor:
        if value.layout != torch.sparse_coo:
            raise wire.WireError(f"a tensor of layout {value.layout} cannot travel")
        indices, values = self._tensor(value._indices()), self._tensor(value._values())
        return wire.SparseTensor(indices, values, list(value.shape), value.is_coalesced())

    def _array(self, value: Any) -> Any:
        plain = np.asarray(value)
        if type(plain) is not np.ndarray:
            plain = plain.view(np.ndarray)
        if not NUMPY_DTYPE.fullmatch(plain.dtype.str):
            return self.opaque(value)
        self._bound(plain.size * plain.itemsize)
        if self.as_laid_out and not plain.flags.c_contiguous and (memory := shared_memory.memory_of(plain)) is not None:
            return self._view(plain, memory)
        scalar = isinstance(value, np.generic)
        writable = scalar or self._is_writable(plain)
        return wire.Array(plain.dtype.str, list(plain.shape), self._blob(plain.tobytes()), scalar, writable)


def is_plain(value: Any, depth: int = 0) -> bool:
    """Return whether packing `value` calls only methods of Python, NumPy and torch."""
    kind = type(value)
    if kind in SCALARS or kind is np.ndarray or kind in NUMPY_SCALARS:
        return True
    if kind is torch.Tensor:
        return _has_plain_gradient(value)
    if depth > MAX_DEPTH:
        return False
    if kind in (list, tuple, torch.Size):
        return all(is_plain(item, depth + 1) for item in value)
    return kind is dict and all(is_plain(item, depth + 1) for pair in value.items() for item in pair)


def _has_plain_gradient(value: torch.Tensor) -> bool:
    return not (value.requires_grad and value.is_leaf) or type(value.grad) in (torch.Tensor, type(None))


def unchanged(value: Any, node: Any, body: memoryview) -> bool:
    """Return whether `value`, unpacked from `node` and `body`, is certainly unchanged; False for rare types."""
    kind = type(value)
    if kind in SCALARS:  # 0.0 and -0.0 are equal
        return kind is type(node) and value == node and (kind is not float or value != 0)
    if kind is torch.Tensor and type(node) is wire.Tensor:
        plain, requires_grad, grad = _parts(value)
        if grad is not None or node.grad is not None or requires_grad != node.requires_grad:
            return False
        if plain.layout != torch.strided or NAMES.get(plain.dtype) != node.dtype or list(plain.shape) != node.shape:
            return False
        if node.strides is not None:  # rare enough to be packed again
            return False
        start = node.data.offset
        return _raw(plain) == bytes(body[start : start + node.data.size])
    if kind in (list, tuple) and type(node) is wire.Items and node.kind == kind.__name__:
        return len(value) == len(node.items) and all(
            unchanged(item, part, body) for item, part in zip(value, node.items, strict=True)
        )
    return False


def _memory_of(plain: torch.Tensor) -> torch.Tensor | None:
    """Return the memory from the first to the last element of a tensor, flat; None if its layout is not to be kept."""
    if plain.is_conj() or plain.is_neg() or plain.numel() == 0:
        return None
    length = 1 + sum((size - 1) * stride for size, stride in zip(plain.shape, plain.stride(), strict=True))
    if length * plain.itemsize > MAX_GAPS + MAX_STRETCH * plain.nbytes:
        return None
    return plain.as_strided((length,), (1,), plain.storage_offset())


def _parts(value: torch.Tensor) -> tuple[torch.Tensor, bool, Any]:
    """Return the elements without their graph, whether they require a gradient, and the gradient of a leaf."""
    requires_grad = value.requires_grad
    return value.detach(), requires_grad, value.grad if requires_grad and value.is_leaf else None


def _parts_of_subclass(value: torch.Tensor) -> tuple[torch.Tensor, bool, Any]:
    """Return the same by the base class's own methods, so that a subclass cannot change what is sent."""
    with torch._C.DisableTorchFunctionSubclass():
        plain = torch.Tensor.detach(value)
        if plain.layout == torch.strided:
            plain = torch.Tensor.as_subclass(plain, torch.Tensor)
        requires_grad = bool(torch.Tensor.requires_grad.__get__(value))  # type: ignore[attr-defined]
        is_leaf = bool(torch.Tensor.is_leaf.__get__(value))  # type: ignore[attr-defined]
        return plain, requires_grad, torch.Tensor.grad.__get__(value) if requires_grad and is_leaf else None  # type: ignore[union-attr]


def _raw(tensor: torch.Tensor) -> bytes:
    if tensor.dtype in shared_memory.PLAIN and not tensor.is_neg():  # the fast path
        return tensor.numpy().tobytes()
    plain = tensor.resolve_conj().resolve_neg().contiguous()
    if plain.is_complex():
        plain = torch.view_as_real(plain)
    return plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
