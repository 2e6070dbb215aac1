"""Values cross the wire unchanged, and nothing that arrives can do more than be refused."""

import math

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from PIL import Image

from autograder.diagnosis.traces import same
from autograder.jail.inside import values, wire


def refuse(value):
    raise wire.WireError(f"a {type(value).__name__} does not travel")


def crossed(value):
    """The value as it is on the other side: packed, encoded, decoded, unpacked."""
    packer = values.Packer(refuse)
    node = packer.pack(value)
    returned = wire.encode(wire.Returned(1, node, None, []))
    unpacker = values.Unpacker(memoryview(b"".join(packer.body)), refuse)
    return unpacker.unpack(wire.decode_from_student(returned).value)


def tensors(dtype):
    shapes = st.lists(st.integers(0, 4), max_size=4)
    return shapes.map(lambda shape: _tensor(shape, dtype))


def _tensor(shape, dtype):
    count = math.prod(shape) * dtype.itemsize
    raw = torch.randint(0, 2 if dtype == torch.bool else 256, (count,), dtype=torch.uint8)
    return raw.view(dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


@pytest.mark.parametrize("dtype", values.DTYPES.values(), ids=values.DTYPES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_tensor_of_every_dtype_and_shape_keeps_its_bytes(dtype, data):
    tensor = data.draw(tensors(dtype))
    other = crossed(tensor)
    assert (other.dtype, other.shape) == (tensor.dtype, tensor.shape)
    if tensor.numel():
        assert torch.equal(other.reshape(-1).view(torch.uint8), tensor.reshape(-1).view(torch.uint8))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1),
        torch.ones(1).expand(5, 3),
        torch.randn(6)[::2],
        torch.tensor(3.5),
        torch.randn(3, dtype=torch.complex64).conj(),
        torch.randn(2, 2).neg(),
    ],
    ids=["permuted", "expanded", "strided", "scalar", "conjugate", "negative"],
)
def test_a_view_crosses_as_what_it_shows(tensor):
    assert torch.equal(crossed(tensor), tensor)


def test_a_leaf_brings_its_gradient_and_the_wish_for_one():
    leaf = torch.randn(3, requires_grad=True)
    (leaf**2).sum().backward()
    other = crossed(leaf)
    assert other.requires_grad and torch.equal(other.grad, leaf.grad)


def test_a_sparse_tensor_crosses_with_repeated_indices():
    sparse = torch.sparse_coo_tensor(torch.tensor([[1, 1, 3]]), torch.randn(3, 2), (5, 2))
    other = crossed(sparse)
    assert other.is_sparse and not other.is_coalesced() and torch.equal(other.to_dense(), sparse.to_dense())


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=">i2").reshape(2, 3),
        np.array(["ab", "c"]),
        np.array([b"x"]),
        np.float32(2.5),
        np.bool_(True),
        np.array([1 + 2j]),
        np.zeros((0, 3)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.datetime64("2026-01-01"),
    ],
    ids=str,
)
def test_numpy_arrays_and_scalars_cross(array):
    other = crossed(array)
    assert type(other) is type(array) and other.dtype == array.dtype and np.array_equal(other, array)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "I", "F"])
def test_images_cross_pixel_by_pixel(mode):
    image = Image.effect_noise((5, 3), 50).convert(mode)
    other = crossed(image)
    assert (other.mode, other.size, other.tobytes()) == (image.mode, image.size, image.tobytes())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
    | st.sampled_from([torch.float32, torch.int8, torch.device("cpu"), ..., slice(1, None, 2)]),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(plain)
def test_nested_plain_values_cross_with_their_types(value):
    other = crossed(value)
    assert other == value and type(other) is type(value)
    assert same(other, value)


def test_sets_cross():
    assert crossed({1, "a", (2, 3)}) == {1, "a", (2, 3)}
    assert type(crossed(frozenset({1}))) is frozenset


def test_a_generator_goes_on_drawing_the_same_numbers():
    generator = torch.Generator().manual_seed(5)
    torch.rand(3, generator=generator)
    other = crossed(generator)
    assert torch.equal(torch.rand(4, generator=other), torch.rand(4, generator=generator))


def test_what_contains_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(wire.WireError, match="nested"):
        crossed(loop)


def test_a_huge_expanded_tensor_is_refused_before_it_is_copied():
    with pytest.raises(wire.WireError, match="at most"):
        crossed(torch.ones(1).expand(10**12))


class Liar(torch.Tensor):
    """Says another shape, dtype and value than it has."""

    @property
    def shape(self):
        return torch.Size([99])

    @property
    def dtype(self):
        return torch.int8

    def __eq__(self, other):
        return True

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(99)


def test_a_tensor_subclass_crosses_as_the_plain_tensor_it_is():
    other = crossed(torch.ones(2).as_subclass(Liar))
    assert type(other) is torch.Tensor and torch.equal(other, torch.ones(2))


def test_a_subclass_of_a_builtin_crosses_as_the_builtin():
    class Everything(dict):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert type(crossed(Everything(a=1))) is dict


@pytest.mark.parametrize(
    "node",
    [
        wire.Tensor("torch.float32", [2, 2], wire.Blob(0, 15), False, None),
        wire.Tensor("torch.float32", [2, 2], wire.Blob(0, 16), False, None),
        wire.Tensor("torch.float32", [-1], wire.Blob(0, 4), False, None),
        wire.Tensor("torch.float32", [2**62, 4], wire.Blob(0, 0), False, None),
        wire.Tensor("torch.float33", [1], wire.Blob(0, 4), False, None),
        wire.Tensor("torch.float32", [1] * 100, wire.Blob(0, 4), False, None),
        wire.Tensor("torch.float32", [1], wire.Blob(-4, 4), False, None),
        wire.Tensor("torch.int64", [1], wire.Blob(0, 8), True, None),
        wire.Array("|O", [1], wire.Blob(0, 8), False),
        wire.Array("<f8", [2**61, 8], wire.Blob(0, 8), False),
        wire.View("tensor", "<f4", [2], [4], 4, wire.Blob(0, 8)),
        wire.View("tensor", "<f4", [2], [4], -4, wire.Blob(0, 8)),
        wire.View("tensor", "<f4", [3], [4], 0, wire.Blob(0, 8)),
        wire.View("array", "<f4", [2], [-8], 4, wire.Blob(0, 8)),
        wire.View("array", "<f4", [10**9, 10**3], [0, 0], 0, wire.Blob(0, 8)),
        wire.View("array", "<f4", [-1], [4], 0, wire.Blob(0, 8)),
        wire.View("array", "|O", [1], [8], 0, wire.Blob(0, 8)),
        wire.View("array", "<f4", [1], [4, 4], 0, wire.Blob(0, 8)),
        wire.View("array", "<f4", [1], [4], 0, wire.Blob(4, 8)),
        wire.View("array", "<f4", [1], [2**62], 2**63 - 1, wire.Blob(0, 8)),
        wire.View("tensor", "<f4", [2], [-4], 4, wire.Blob(0, 8)),
        wire.Image("P", [2, 2], wire.Blob(0, 4)),
        wire.Image("RGB", [2, 2], wire.Blob(0, 4)),
        wire.Image("L", [-2, -2], wire.Blob(0, 4)),
        wire.Number("int", "0x" + "f" * 10**6),
        wire.Constant("dtype", "torch.load"),
        wire.Items("set", [wire.Items("list", [])]),
        wire.RandomState(wire.Blob(0, 8)),
        wire.Tensor(
            "torch.float32", [1], wire.Blob(0, 4), True, wire.Tensor("torch.float32", [2], wire.Blob(0, 8), False, None)
        ),
        wire.Tensor(
            "torch.float32", [1], wire.Blob(0, 4), True, wire.Tensor("torch.int32", [1], wire.Blob(0, 4), False, None)
        ),
        wire.View("array", "<M8[xx]", [1], [8], 0, wire.Blob(0, 8)),
        wire.View("array", "|b1", [1] * 65, [0] * 65, 0, wire.Blob(0, 8)),
        wire.Items("list", [wire.View("array", "|u1", [1 << 28], [0], 0, wire.Blob(0, 8))] * 3),
        wire.Array("<M8[0s]", [1], wire.Blob(0, 8), False),
        wire.Array("|S0", [2**63 - 1] * 100_000, wire.Blob(0, 0), False),
        wire.Array("|S0", [1 << 28], wire.Blob(0, 0), False),
        wire.Image("1", [1, 1 << 19], wire.Blob(0, 8)),
        wire.Image("F", [2, 4], wire.Blob(0, 8)),
        wire.Items("list", [wire.Image("L", [0, (1 << 20) - 1], wire.Blob(0, 0))] * 40),
        wire.Items("set", [wire.Number("complex", f"{-1000003 * n}+{n}j") for n in range(20)]),
        wire.Mapping([(wire.Number("int", f"{n * (2**61 - 1):x}"), None) for n in range(20)]),
    ],
    ids=lambda node: f"{type(node).__name__}",
)
def test_a_node_that_lies_is_refused(node):
    with pytest.raises(wire.WireError):
        values.Unpacker(memoryview(bytes(8)), refuse).unpack(node)


@pytest.mark.parametrize("points", [b"\xff\xff\xff\x00", b"\x00\xd8\x00\x00"], ids=["out of range", "half a surrogate"])
def test_letters_that_are_none_are_refused(points):
    with pytest.raises(wire.WireError):
        values.Unpacker(memoryview(points), refuse).unpack(wire.Array("<U1", [1], wire.Blob(0, 4), False))


def test_values_that_lie_over_each_other_count_each_time():
    tensor = wire.Tensor("torch.uint8", [1 << 20], wire.Blob(0, 1 << 20), False, None)
    unpacker = values.Unpacker(memoryview(bytes(1 << 20)), refuse)
    with pytest.raises(wire.WireError, match="over"):
        for _ in range(values.MAX_UNPACKED // (1 << 20) + 1):
            unpacker.unpack(tensor)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=64))
def test_any_bytes_are_a_message_or_an_error(head, body):
    try:
        answer = wire.decode_from_student(head)
        if isinstance(answer, wire.Returned):
            values.Unpacker(memoryview(body), refuse).unpack(answer.value)
    except (msgspec.MsgspecError, wire.WireError, RecursionError, ValueError):
        pass


def _leaf():
    return torch.ones(2, requires_grad=True)


def _set_grad(given):
    given[0].grad = torch.ones(2)


KEPT = [
    ("an element", lambda: torch.zeros(3), lambda given: given[0].add_(1)),
    ("behind autograd's back", _leaf, lambda given: given[0].data.mul_(2)),
    ("a dtype", lambda: torch.zeros(2), lambda given: setattr(given[0], "data", torch.zeros(2, dtype=torch.int32))),
    ("a shape", lambda: torch.zeros(4), lambda given: given[0].resize_(2, 2)),
    ("a gradient required", lambda: torch.zeros(2), lambda given: given[0].requires_grad_()),
    ("a gradient", _leaf, _set_grad),
    ("an item", lambda: [1, 2.5], lambda given: given[0].__setitem__(0, 3)),
    ("an item's type", lambda: [1, 2.5], lambda given: given[0].__setitem__(0, True)),
    ("an item's sign", lambda: [0.0], lambda given: given[0].__setitem__(0, -0.0)),
    ("a length", lambda: [1, [torch.ones(1)]], lambda given: given[0][1].append(2)),
    ("a tensor in a list", lambda: [torch.ones(1)], lambda given: given[0][0].zero_()),
    ("a tuple for a list", lambda: [[1]], lambda given: given[0].__setitem__(0, (1,))),
]


@pytest.mark.parametrize(("make", "change"), [case[1:] for case in KEPT], ids=[case[0] for case in KEPT])
def test_what_was_changed_is_never_seen_as_unchanged(make, change):
    packer = values.Packer(refuse)
    node = packer.pack(make())
    body = memoryview(b"".join(packer.body))
    given = [values.Unpacker(body, refuse).unpack(node)]
    assert values.unchanged(given[0], node, body) or make() == [0.0]
    change(given)
    assert not values.unchanged(given[0], node, body)
