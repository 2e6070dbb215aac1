"""Runs in the jail and outside it: Python values to and from the wire.

Tensors, arrays, images and plain values travel by value; what else there is (functions, classes, instances) is left
to the two hooks: inside it gets a number, outside that number becomes a remote object.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from . import shared_memory, wire

MAX_DEPTH = 64
"""How deep containers may nest."""
MAX_DIMENSIONS = 64
"""torch's own bound on the dimensions of a tensor."""
MAX_UNPACKED = 2 * wire.MAX_BODY
"""How much the values of one frame may take, written out, bytes: they may lie over each other in its body."""
MAX_STRETCH = 8
"""How many times as much memory as its elements take a tensor or array may lie in to be sent as it is laid out …"""
MAX_GAPS = 1 << 20
"""… beyond so many bytes; one that lies in more becomes contiguous."""
MAX_SAME_HASH = 16
"""How many keys of a container may have one hash: numbers can be chosen so that a dict of them takes hours to make."""

_WHOLE_BYTES = re.compile(r"torch\.(bool|bfloat16|u?int(8|16|32|64)|float(16|32|64|8_\w+)|complex(32|64|128))")
DTYPES: dict[str, torch.dtype] = {
    str(value): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype) and _WHOLE_BYTES.fullmatch(str(value))
}
"""Every dtype that has elements of whole bytes, by its name."""
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_SCALARS = frozenset({type(None), bool, int, float, str})

_NUMPY_DTYPE = re.compile(
    r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,7}|[mM]8(\[([1-9]\d{0,2})?[A-Za-z]{1,2}\])?)", re.ASCII
)
_IMAGE_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"})
_CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class Packer:
    """Turns values into wire nodes and gathers the body of one frame.

    Args:
        opaque: makes a handle of an object that does not travel; raises WireError where there is none.
        as_laid_out: tensors and arrays keep their strides, and arrays stay read-only; else they become contiguous.
    """

    def __init__(self, opaque: Callable[[Any], wire.Handle], as_laid_out: bool = False) -> None:
        self.opaque = opaque
        self.as_laid_out = as_laid_out
        self.body: list[bytes | memoryview] = []
        self.size = 0
        self.differentiable: list[torch.Tensor] = []
        """Tensors met that require a gradient, in order."""
        self._memories: dict[int, shared_memory.Memory] = {}
        self._blobs: dict[int, wire.Blob] = {}

    def share(self, *values: Any) -> bool:
        """Look for values among these, which are to be packed, that share memory; whether there are any."""
        self._memories = shared_memory.shared(values)
        return bool(self._memories)

    def pack(self, value: Any, depth: int = 0) -> Any:
        """The wire node for `value`.

        Raises:
            WireError: it is nested too deeply, too large, or cannot travel.
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
            name = next(name for name in _CONTAINERS if isinstance(value, _CONTAINERS[name]))  # type: ignore[arg-type]
            return wire.Items(name, [self.pack(item, depth + 1) for item in value])  # type: ignore[arg-type]
        if isinstance(value, dict):
            pairs = [(self.pack(key, depth + 1), self.pack(item, depth + 1)) for key, item in dict.items(value)]
            return wire.Mapping(pairs)
        return self._rare(value, depth)

    def _rare(self, value: Any, depth: int) -> Any:
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
        if isinstance(value, Image.Image) and value.mode in _IMAGE_MODES:
            return wire.Image(value.mode, list(value.size), self._blob(value.tobytes()))
        return self.opaque(value)

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
        name = _NAMES.get(plain.dtype)
        if name is None or not plain.is_cpu:
            raise wire.WireError(f"a tensor of dtype {plain.dtype} on {plain.device} cannot travel")
        self._bound(plain.nbytes)
        grad = None
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
        if not _NUMPY_DTYPE.fullmatch(plain.dtype.str):
            return self.opaque(value)
        self._bound(plain.size * plain.itemsize)
        if self.as_laid_out and not plain.flags.c_contiguous and (memory := shared_memory.memory_of(plain)) is not None:
            return self._view(plain, memory)
        scalar = isinstance(value, np.generic)
        writable = scalar or self._is_writable(plain)
        return wire.Array(plain.dtype.str, list(plain.shape), self._blob(plain.tobytes()), scalar, writable)


class Unpacker:
    """Turns wire nodes of one frame into values, checking all that they claim.

    Args:
        body: the frame's body.
        resolve: turns a handle into what stands for it on this side.
        leaves: False makes tensors that require a gradient results of an operation on a leaf, so that they can be
            changed in place; one that has a gradient of its own stays a leaf.
    """

    def __init__(self, body: memoryview, resolve: Callable[[wire.Handle], Any], leaves: bool = True) -> None:
        self.body = body
        self.resolve = resolve
        self.leaves = leaves
        self.differentiable: list[torch.Tensor] = []
        """Tensors made that require a gradient, in order."""
        self._memories: dict[tuple[int, int], bytearray] = {}
        self._unpacked = 0

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """The value of `node`.

        Raises:
            WireError: the node claims what is not so (a length, a shape, a dtype, a depth).
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
                if node.kind in ("set", "frozenset"):
                    _check_keys(items)
                return _CONTAINERS[node.kind](items)
            case wire.Mapping():
                pairs = [(self.unpack(key, depth + 1), self.unpack(item, depth + 1)) for key, item in node.pairs]
                _check_keys(key for key, _ in pairs)
                return dict(pairs)
            case wire.Handle():
                return self.resolve(node)
            case wire.Slice():
                return slice(*(self.unpack(part, depth + 1) for part in (node.start, node.stop, node.step)))
            case wire.Bytes():
                return bytes(self._data(node.data))
            case wire.Number() | wire.Constant():
                return _constant(node)
            case wire.SparseTensor():
                return self._sparse(node)
            case wire.RandomState():
                return self._generator(node)
            case wire.Image():
                return self._image(node)
        raise wire.WireError(f"not a value: {type(node).__name__}")

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
                with torch.enable_grad():  # in a backward pass of this process it is off
                    return tensor.clone()
        return tensor

    def _sparse(self, node: wire.SparseTensor) -> torch.Tensor:
        indices, values = self._tensor(node.indices), self._tensor(node.values)
        if node.indices.requires_grad or node.values.requires_grad:
            raise wire.WireError("a sparse tensor that requires a gradient cannot travel")
        self._take(_count(node.shape) * values.element_size())  # a comparison makes it dense
        try:
            made = torch.sparse_coo_tensor(indices, values, node.shape, check_invariants=True)
            return made.coalesce() if node.coalesced else made
        except (RuntimeError, TypeError) as error:  # NotImplementedError too: not every dtype can be coalesced
            raise wire.WireError(f"not a sparse tensor: {str(error)[:200]}") from None

    def _array(self, node: wire.Array) -> Any:
        if not _NUMPY_DTYPE.fullmatch(node.dtype):
            raise wire.WireError(f"not a numpy dtype: {node.dtype[:40]}")
        try:
            dtype = np.dtype(node.dtype)
        except TypeError as error:
            raise wire.WireError(f"not a numpy dtype: {error}") from None
        if dtype.itemsize == 0:  # numpy gives even empty texts room
            self._take(_count(node.shape) * 4)
        data = self._elements(node.data, node.shape, dtype.itemsize)
        try:
            array = np.frombuffer(data, dtype=dtype) if data else np.empty(math.prod(node.shape), dtype)
            if dtype.kind == "U":
                # What is no text raises here, not in the check.
                bytes(data).decode("utf-32-be" if dtype.str[0] == ">" else "utf-32-le")
            array = array.reshape(node.shape)
        except (ValueError, OverflowError) as error:
            raise wire.WireError(f"not an array: {str(error)[:200]}") from None
        if not node.writable:
            array.flags.writeable = False
        return array[()] if node.scalar and array.ndim == 0 else array

    def _view(self, node: wire.View) -> Any:
        if not _NUMPY_DTYPE.fullmatch(node.dtype) or node.dtype.lstrip("<>|=")[0] not in "biufc":
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
        if node.mode not in _IMAGE_MODES or len(node.size) != 2 or any(not 0 <= n < 1 << 20 for n in node.size):
            raise wire.WireError("not an image")
        width, height = node.size
        data = self._data(node.data)
        self._take(4 * width * height + 16 * height)  # what PIL makes ready, whether or not the data fill it
        try:
            return Image.frombytes(node.mode, (width, height), bytes(data))
        except (ValueError, SystemError) as error:
            raise wire.WireError(f"not an image: {str(error)[:200]}") from None


def _count(shape: list[int]) -> int:
    """The number of elements in `shape`."""
    if len(shape) > MAX_DIMENSIONS or any(not 0 <= n < 2**63 for n in shape):
        raise wire.WireError(f"not a shape: {shape[:8]}")
    # Zero-sized shapes may name sizes whose product torch itself cannot hold.
    if math.prod(n for n in shape if n) >= 2**63:
        raise wire.WireError(f"not a shape: {shape[:8]}")
    return math.prod(shape)


def _check_keys(keys: Iterable[Any]) -> None:
    try:
        hashes = Counter(map(hash, keys))
    except TypeError as error:
        raise wire.WireError(f"not a container: {str(error)[:200]}") from None
    if max(hashes.values(), default=0) > MAX_SAME_HASH:
        raise wire.WireError("a container of keys that were chosen to be slow")


def unchanged(value: Any, node: Any, body: memoryview) -> bool:
    """Whether `value`, made of `node` and its `body`, is seen at a glance to be what it was; rare kinds never are."""
    kind = type(value)
    if kind in _SCALARS:  # zero has a sign
        return kind is type(node) and value == node and (kind is not float or value != 0)
    if kind is torch.Tensor and type(node) is wire.Tensor:
        plain, requires_grad, grad = _parts(value)
        if grad is not None or node.grad is not None or requires_grad != node.requires_grad:
            return False
        if plain.layout != torch.strided or _NAMES.get(plain.dtype) != node.dtype or list(plain.shape) != node.shape:
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
    """The memory from the first element of a tensor to the last, flat; None where it is not to be sent as it is."""
    if plain.is_conj() or plain.is_neg() or plain.numel() == 0:
        return None
    length = 1 + sum((size - 1) * stride for size, stride in zip(plain.shape, plain.stride(), strict=True))
    if length * plain.itemsize > MAX_GAPS + MAX_STRETCH * plain.nbytes:
        return None
    return plain.as_strided((length,), (1,), plain.storage_offset())


def _strided(flat: torch.Tensor, node: wire.Tensor) -> torch.Tensor:
    """The tensor of the node over the memory `flat`."""
    assert node.strides is not None
    if len(node.strides) != len(node.shape) or any(not 0 <= stride < 2**63 for stride in node.strides):
        raise wire.WireError(f"not strides: {node.strides[:8]}")
    pairs = list(zip(node.shape, node.strides, strict=True))
    if _count(node.shape) == 0 or 1 + sum((size - 1) * stride for size, stride in pairs) != flat.numel():
        raise wire.WireError(f"{flat.numel()} elements are not a tensor of shape {node.shape[:8]} with its strides")
    return flat.as_strided(node.shape, node.strides)


def _parts(value: torch.Tensor) -> tuple[torch.Tensor, bool, Any]:
    """The elements without their graph, whether they require a gradient, and the gradient of a leaf."""
    requires_grad = value.requires_grad
    return value.detach(), requires_grad, value.grad if requires_grad and value.is_leaf else None


def _parts_of_subclass(value: torch.Tensor) -> tuple[torch.Tensor, bool, Any]:
    """The same by the base class's own methods: a subclass does not decide what is sent in its place."""
    with torch._C.DisableTorchFunctionSubclass():
        plain = torch.Tensor.detach(value)
        if plain.layout == torch.strided:
            plain = torch.Tensor.as_subclass(plain, torch.Tensor)
        requires_grad = bool(torch.Tensor.requires_grad.__get__(value))  # type: ignore[attr-defined]
        is_leaf = bool(torch.Tensor.is_leaf.__get__(value))  # type: ignore[attr-defined]
        return plain, requires_grad, torch.Tensor.grad.__get__(value) if requires_grad and is_leaf else None  # type: ignore[union-attr]


def _raw(tensor: torch.Tensor) -> bytes:
    if tensor.dtype in shared_memory.PLAIN and not tensor.is_neg():  # the short way
        return tensor.numpy().tobytes()
    plain = tensor.resolve_conj().resolve_neg().contiguous()
    if plain.is_complex():
        plain = torch.view_as_real(plain)
    return plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""


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
        return Ellipsis
    except (ValueError, KeyError, RuntimeError) as error:
        raise wire.WireError(f"not a constant: {str(error)[:200]}") from None
