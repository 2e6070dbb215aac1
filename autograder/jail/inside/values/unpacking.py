"""Runs in the jail and outside it: converts wire nodes to Python values. Every claim of a node is validated."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from PIL import Image

from .. import wire
from . import exact, records, tables
from .kinds import CONTAINERS, DTYPES, IMAGE_MODES, MAX_DEPTH, MAX_DIMENSIONS, MAX_SAME_HASH, MAX_UNPACKED, NUMPY_DTYPE


class Unpacker:
    """Converts the wire nodes of one frame to values, and validates them.

    Args:
        body: the frame's body.
        resolve: returns the object on this side for a handle.
        records: the classes whose instances are sent by value.
        leaves: if False, tensors that require a gradient become results of an operation on a leaf, so that they can
            be changed in place; a tensor that has a gradient stays a leaf.
    """

    def __init__(
        self,
        body: memoryview,
        resolve: Callable[[wire.Handle], Any],
        leaves: bool = True,
        records: records.Records = records.NONE,
    ) -> None:
        self.body = body
        self.resolve = resolve
        self.records = records
        self.leaves = leaves
        self.differentiable: list[torch.Tensor] = []
        """The unpacked tensors that require a gradient, in order."""
        self._memories: dict[tuple[int, int], bytearray] = {}
        self._unpacked = 0
        self._in_plain = 0

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """Return the value of `node`.

        Raises:
            WireError: the node is invalid (a length, shape, dtype or depth).
        """
        if node is None or isinstance(node, bool | int | float | str):
            return node
        if depth > MAX_DEPTH:
            raise wire.WireError(f"containers nested more than {MAX_DEPTH} deep")
        match node:
            case wire.Tensor():
                return self._tensor(node)
            case wire.Array():
                return self._array(node)
            case wire.View():
                return self._view(node)
            case wire.Items():
                items = [self.unpack(item, depth + 1) for item in node.items]
                return _container(node.kind, items)
            case wire.Mapping():
                pairs = [(self.unpack(key, depth + 1), self.unpack(item, depth + 1)) for key, item in node.pairs]
                return _container("dict", pairs)
            case wire.Record() | wire.Coded():
                return self._record(node, depth)
            case wire.Handle():
                if self._in_plain:
                    raise wire.WireError("an object where only plain data is allowed")
                return self.resolve(node)
            case wire.Slice():
                return slice(*(self.unpack(part, depth + 1) for part in (node.start, node.stop, node.step)))
            case wire.Bytes():
                return bytes(self._data(node.data))
            case wire.Number() | wire.Constant():
                return _constant(node)
            case wire.SparseTensor():
                return self._sparse(node)
            case wire.Table():
                return tables.table(self.unpack(node.parts, depth + 1))
            case wire.RandomState():
                return self._generator(node)
            case wire.Image():
                return self._image(node)
        raise wire.WireError(f"not a value: {type(node).__name__}")

    def _record(self, node: wire.Record | wire.Coded, depth: int) -> Any:
        is_plain = isinstance(node, wire.Coded) or self.records.is_known(node.name)
        self._in_plain += is_plain
        try:
            if isinstance(node, wire.Coded):
                return self.records.decoded(node.name, self.unpack(node.plain, depth + 1))
            fields = {key: self.unpack(item, depth + 1) for key, item in node.fields}
            if len(fields) != len(node.fields):
                raise wire.WireError("a record with a field that comes twice")
            return self.records.made(node.name, fields)
        finally:
            self._in_plain -= is_plain

    def _data(self, blob: wire.Blob) -> memoryview:
        if blob.offset < 0 or blob.size < 0 or blob.offset + blob.size > len(self.body):
            raise wire.WireError("a value points outside its frame")
        self._take(blob.size)
        return self.body[blob.offset : blob.offset + blob.size]

    def _take(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > MAX_UNPACKED:
            raise wire.WireError(f"values of over {MAX_UNPACKED} bytes")

    def _elements(self, blob: wire.Blob, shape: list[int], itemsize: int) -> bytearray:
        if _count(shape) * itemsize != blob.size:
            raise wire.WireError(f"{blob.size} bytes are not a tensor of shape {shape[:8]}")
        return bytearray(self._data(blob))

    def _tensor(self, node: wire.Tensor) -> torch.Tensor:
        dtype = DTYPES.get(node.dtype)
        if dtype is None:
            raise wire.WireError(f"not a dtype: {node.dtype[:40]}")
        if node.strides is None:
            data = self._elements(node.data, node.shape, dtype.itemsize)
        else:
            self._take(_count(node.shape) * dtype.itemsize)
            data = bytearray(self._data(node.data))
            if len(data) % dtype.itemsize:
                raise wire.WireError(f"{len(data)} bytes are not elements of {node.dtype}")
        if dtype == torch.bool:  # a byte other than 0 and 1 is undefined behaviour in a bool tensor
            tensor = torch.frombuffer(data, dtype=torch.uint8).ne(0) if data else torch.empty(0, dtype=dtype)
        else:
            tensor = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
        tensor = tensor.reshape(node.shape) if node.strides is None else _strided(tensor, node)
        if node.requires_grad:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise wire.WireError(f"a tensor of dtype {dtype} has no gradient")
            tensor.requires_grad_()
            self.differentiable.append(tensor)
            if node.grad is not None:
                if (node.grad.dtype, node.grad.shape, node.grad.requires_grad) != (node.dtype, node.shape, False):
                    raise wire.WireError("a gradient that does not fit its tensor")
                tensor.grad = self._tensor(node.grad)
            elif not self.leaves and node.strides is None:
                with torch.enable_grad():  # it is disabled during a backward pass of this process
                    return tensor.clone()
        return tensor

    def _sparse(self, node: wire.SparseTensor) -> torch.Tensor:
        indices, values = self._tensor(node.indices), self._tensor(node.values)
        if node.indices.requires_grad or node.values.requires_grad:
            raise wire.WireError("a sparse tensor that requires a gradient cannot travel")
        self._take(_count(node.shape) * values.element_size())  # a comparison converts it to a dense tensor
        try:
            made = torch.sparse_coo_tensor(indices, values, node.shape, check_invariants=True)
            return made.coalesce() if node.coalesced else made
        except (RuntimeError, TypeError) as error:  # NotImplementedError too: not every dtype can be coalesced
            raise wire.WireError(f"not a sparse tensor: {str(error)[:200]}") from None

    def _array(self, node: wire.Array) -> Any:
        if not NUMPY_DTYPE.fullmatch(node.dtype):
            raise wire.WireError(f"not a numpy dtype: {node.dtype[:40]}")
        try:
            dtype = np.dtype(node.dtype)
        except TypeError as error:
            raise wire.WireError(f"not a numpy dtype: {error}") from None
        if dtype.itemsize == 0:  # numpy allocates space even for empty texts
            self._take(_count(node.shape) * 4)
        data = self._elements(node.data, node.shape, dtype.itemsize)
        try:
            array = np.frombuffer(data, dtype=dtype) if data else np.empty(math.prod(node.shape), dtype)
            if dtype.kind == "U":
                # Invalid text raises here, not in the check.
                bytes(data).decode("utf-32-be" if dtype.str[0] == ">" else "utf-32-le")
            array = array.reshape(node.shape)
        except (ValueError, OverflowError) as error:
            raise wire.WireError(f"not an array: {str(error)[:200]}") from None
        if not node.writable:
            array.flags.writeable = False
        return array[()] if node.scalar and array.ndim == 0 else array

    def _view(self, node: wire.View) -> Any:
        if not NUMPY_DTYPE.fullmatch(node.dtype) or node.dtype.lstrip("<>|=")[0] not in "biufc":
            raise wire.WireError(f"not a dtype of numbers: {node.dtype[:40]}")
        dtype = np.dtype(node.dtype)
        self._take(_count(node.shape) * dtype.itemsize)
        key = node.memory.offset, node.memory.size
        if key not in self._memories:
            self._memories[key] = bytearray(self._data(node.memory))
        try:
            array = np.ndarray(node.shape, dtype, self._memories[key], node.start, node.strides)
            if dtype.kind == "b" and array.view(np.uint8).max(initial=0) > 1:
                raise ValueError("a byte other than 0 and 1 in a bool tensor")
            if node.kind == "tensor":
                return torch.from_numpy(array)
            array.flags.writeable = node.writable
            return array
        except (ValueError, TypeError, OverflowError) as error:
            raise wire.WireError(f"not a view: {str(error)[:200]}") from None

    def _generator(self, node: wire.RandomState) -> torch.Generator:
        generator = torch.Generator()
        state = self._data(node.state)
        try:
            generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
        except (RuntimeError, ValueError, TypeError) as error:
            raise wire.WireError(f"not a generator's state: {str(error)[:200]}") from None
        return generator

    def _image(self, node: wire.Image) -> Image.Image:
        if node.mode not in IMAGE_MODES or len(node.size) != 2 or any(not 0 <= n < 1 << 20 for n in node.size):
            raise wire.WireError("not an image")
        width, height = node.size
        data = self._data(node.data)
        self._take(4 * width * height + 16 * height)  # what PIL allocates, even if there is less data
        try:
            return Image.frombytes(node.mode, (width, height), bytes(data))
        except (ValueError, SystemError) as error:
            raise wire.WireError(f"not an image: {str(error)[:200]}") from None


def _count(shape: list[int]) -> int:
    """Return the number of elements of a shape; raise WireError if it is invalid."""
    if len(shape) > MAX_DIMENSIONS or any(not 0 <= n < 2**63 for n in shape):
        raise wire.WireError(f"not a shape: {shape[:8]}")
    # A shape with a size of 0 may have other sizes whose product is too large for torch.
    if math.prod(n for n in shape if n) >= 2**63:
        raise wire.WireError(f"not a shape: {shape[:8]}")
    return math.prod(shape)


def _container(kind: str, items: list[Any]) -> Any:
    if kind in ("list", "tuple"):
        return CONTAINERS[kind](items)
    _check_keys(items if kind != "dict" else [key for key, _ in items])
    try:
        return dict(items) if kind == "dict" else CONTAINERS[kind](items)
    except Exception as error:  # a class of the course may compare by itself, and expects other values
        raise wire.WireError(f"not a container: {str(error)[:200]}") from None


def _check_keys(keys: Iterable[Any]) -> None:
    try:
        hashes = Counter(map(hash, keys))
    except Exception as error:  # a class of the course may have a hash of its own
        raise wire.WireError(f"not a container: {str(error)[:200]}") from None
    if max(hashes.values(), default=0) > MAX_SAME_HASH:
        raise wire.WireError("a container with too many keys of equal hash")


def _strided(flat: torch.Tensor, node: wire.Tensor) -> torch.Tensor:
    """Return the tensor of the node as a view of the elements `flat`."""
    assert node.strides is not None
    if len(node.strides) != len(node.shape) or any(not 0 <= stride < 2**63 for stride in node.strides):
        raise wire.WireError(f"not strides: {node.strides[:8]}")
    pairs = list(zip(node.shape, node.strides, strict=True))
    if _count(node.shape) == 0 or 1 + sum((size - 1) * stride for size, stride in pairs) != flat.numel():
        raise wire.WireError(f"{flat.numel()} elements are not a tensor of shape {node.shape[:8]} with its strides")
    return flat.as_strided(node.shape, node.strides)


def _constant(node: wire.Number | wire.Constant) -> Any:
    try:
        if node.kind == "int":
            if len(node.text) > 4096:
                raise ValueError("an integer of over 16,384 bits")
            return int(node.text, 16)
        if node.kind == "complex":
            return complex(node.text)
        if node.kind == "dtype":
            return DTYPES[node.text]
        if node.kind == "device":
            return torch.device(node.text)
        return exact.unpack(node) if isinstance(node, wire.Number) else Ellipsis
    except (ValueError, KeyError, RuntimeError, ArithmeticError) as error:
        raise wire.WireError(f"not a constant: {str(error)[:200]}") from None
