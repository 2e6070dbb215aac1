"""Whatever bytes the student's process sends, the session has a value or says why not: in time and in bounded memory.

Real answers of a real jail are recorded once, then broken in many ways and given to the session in their place.
AUTOGRADER_FUZZ_FRAMES is how many broken frames are tried.
"""

import contextlib
import importlib
import os
import random
import socket
import struct
import sys
import threading

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from PIL import Image

from autograder.authoring import Difference, assert_close, codec, records
from autograder.authoring.showing import shown
from autograder.course.handouts import Handout
from autograder.diagnosis.traces import same
from autograder.jail.inside import frames, values, wire, zygote_wire
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session import cells, connection, remote, session, transport
from autograder.session.transport import JailTransport
from tests.fuzz.trees import entries

FRAMES = int(os.environ.get("AUTOGRADER_FUZZ_FRAMES", 10_000))
TOKEN = 1
SESSION_LIMITS = SessionLimits(cell_seconds=5, call_seconds=5, submission_seconds=1e9)
EXERCISE = Exercise("give", {}, None)
CODE = """
import sys, numpy as np, torch
from PIL import Image
KINDS = {
    "plain": [None, True, 3, -2.5, "text", (1, [2]), {"a": {1, 2}, 3: frozenset({4})}, 2**70, 1 + 2j, b"bytes"],
    "rare": [torch.float32, torch.device("cpu"), ..., slice(1, None, 2), torch.Generator().manual_seed(5)],
    "tensors": [torch.arange(6).reshape(2, 3), torch.ones(2, dtype=torch.bool), torch.randn(2, 2), torch.empty(0, 3)],
    "leaf": torch.nn.Parameter(torch.ones(3)),
    "sparse": torch.sparse_coo_tensor(torch.tensor([[0, 2]]), torch.tensor([1.0, 2.0]), (4,)),
    "arrays": [np.arange(6.0).reshape(2, 3), np.array(["ab", "c"]), np.float32(2), np.datetime64("2026-01-01"), np.array([b"x"])],
    "images": [Image.new("RGB", (3, 2)), Image.new("1", (9, 2)), Image.new("F", (2, 2))],
    "objects": [print, dict, object(), lambda: 1],
}
KINDS["leaf"].grad = torch.ones(3)
def give(kind): return KINDS[kind]
def view(x): return x[1:], x.T, x.numpy()
def scaled(x, w): return {"y": x * w, "parts": [x + 1, w.sum()]}
def change(x, a, items, image, generator):
    x.mul_(2); a += 1; items.append(torch.ones(2)); items[0].zero_(); torch.rand(1, generator=generator)
    image.putpixel((0, 0), 7)
    return items
def fails(): raise KeyError("no such thing")
from dataclasses import dataclass
import fuzzed
@dataclass
class Mine:
    x: object
    inner: object = None
mine = Mine([1, torch.ones(2)], Mine("text", {"a": 1}))
KINDS["records"] = [fuzzed.Point(1, (2.5, "text")), fuzzed.Grid([[1, 2]]), {fuzzed.Pair(1, 2): 3}, {fuzzed.Pair(1, "a")}]
class Many:
    def __len__(self): return 3
    def __iter__(self): return iter([1, 2, 3])
    def __contains__(self, item): return item == 1
    def __getitem__(self, key): return key
many = Many()
print("printed"); print("warned", file=sys.stderr)
Image.new("L", (2, 2))
"""


# --- real frames ------------------------------------------------------------------------------------------------------


def _arguments():
    image, generator = Image.new("L", (2, 2)), torch.Generator().manual_seed(1)
    return torch.ones(2, 3), np.zeros((2, 2)), [torch.ones(2), 5], image, generator


def _number(asked, name):
    return asked.do("name", name)._handle.number


def _turns():
    """What a session asks: a name, and a function of the session and the handle's number (None: has no handle)."""
    turns = [("run", "", lambda asked, _: asked.run())]
    turns.append(("begin", "", lambda asked, _: [asked.begin(1), asked.do("name", EXERCISE.name)]))
    for kind in ("plain", "rare", "tensors", "leaf", "sparse", "arrays", "images", "objects", "records"):
        turns.append((kind, "give", lambda asked, number, kind=kind: asked.do("call", number, kind)))
    base = torch.arange(4.0).reshape(2, 2)
    turns.append(("view", "view", lambda asked, number: asked.do("call", number, base)))
    turns.append(("change", "change", lambda asked, number: asked.do("call", number, *_arguments())))
    turns.append(("fields", "mine", lambda asked, number: asked.do("fields", number)))
    turns.append(("fails", "fails", lambda asked, number: asked.do("call", number)))
    turns.append(("unknown", "", lambda asked, _: asked.do("name", "unknown")))
    turns.append(("handle", "", lambda asked, _: asked.do("name", "many")))
    turns.append(("len", "many", lambda asked, number: len(_object(asked, number))))
    turns.append(("list", "many", lambda asked, number: list(_object(asked, number))))
    turns.append(("contains", "many", lambda asked, number: 1 in _object(asked, number)))
    turns.append(("getitem", "many", lambda asked, number: _object(asked, number)[1]))
    turns.append(("setattr", "many", lambda asked, number: setattr(_object(asked, number), "x", 1)))
    return turns


def _object(asked, number):
    return remote.RemoteObject(asked, wire.Handle(number, "object", "Many", []))


def _scaled(asked, number):
    x, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    return asked.do("call", number, x, w)


def _backward(asked, _):
    """The second half of a call: gradients for the inputs of `_scaled`."""
    x, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    (made,) = remote.attach(asked, TOKEN, [x, w], [torch.ones(2)])
    made.sum().backward()
    return x.grad, w.grad


class Tap:
    """A session's answers, as bytes."""

    def __init__(self, monkeypatch):
        self.heard = []
        receive = frames.receive

        def record(sock, deadline=None):
            head, body = receive(sock, deadline)
            self.heard.append((head, bytes(body)))
            return head, body

        monkeypatch.setattr(transport.frames, "receive", record)


MODULE = """
from dataclasses import dataclass
@dataclass
class Point:
    x: object
    y: object = None
@dataclass(frozen=True)
class Pair:
    first: object
    second: object
    def __eq__(self, other): return self.first + other.first == other.second ** 2
    def __hash__(self): return self.first + 1
class Grid:
    def __init__(self, rows): self.rows = rows
    def __eq__(self, other): return self.rows == other.rows
    __hash__ = None
def plain_of(grid): return grid.rows
def grid_of(rows): return Grid([[cell + 1 for cell in row] for row in rows])
"""
"""A helper module of a course; its methods fail for values that they do not expect."""


@pytest.fixture(scope="module")
def helper(tmp_path_factory):
    """The helper module, as a check imports and registers it."""
    path = tmp_path_factory.mktemp("files") / "fuzzed.py"
    path.write_text(MODULE)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.syspath_prepend(path.parent)
        monkeypatch.setattr(records, "_registered", {})
        module = importlib.import_module("fuzzed")
        codec(module.Point)
        codec(module.Pair)
        codec(module.Grid, module.plain_of, module.grid_of)
        yield Handout("fuzzed.py", path, len(MODULE), 0)
        del sys.modules["fuzzed"]


@pytest.fixture(scope="module")
def recorded(helper):
    """Each turn with the real answer to it: [(name, act, number, head, body)]."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for module in (session, cells):
            monkeypatch.setattr(module, "token", lambda: TOKEN)
        jail = Jail(SandboxLimits(memory_bytes=512 << 20), handouts=[helper])
        jail.start()
        try:
            tap = Tap(monkeypatch)
            code = [CodeCell(1, CODE), CodeCell(2, "1 / 0")]
            asked = session.Session(JailTransport(jail), Submission("ps", code, [EXERCISE], []), SESSION_LIMITS)
            asked.turn_to(EXERCISE)
            asked.run()
            asked.begin(1)
            found = []
            for name, of, act in [*_turns(), ("scaled", "scaled", _scaled)]:
                number = _number(asked, of) if of else 0
                before = len(tap.heard)
                try:
                    act(asked, number)
                except (remote.StudentError, remote.CallFailed):
                    assert name in ("fails", "unknown")
                found.append((name, act, number, *tap.heard[max(before, len(tap.heard) - 1)]))
            # The graph of the last call, walked by hand: its differentiable results are y, x + 1 and w.sum().
            asked.backward(TOKEN, [torch.ones(2), None, None])
            found.append(("backward", _backward, 0, *tap.heard[-1]))
            # The first cell's outputs are richer than the second's.
            ran = next(item for item in tap.heard if b"Ran" in item[0])
            found[0] = (*found[0][:3], *ran)
            asked.close()
        finally:
            jail.close()
    kinds = {type(wire.decode_from_student(head)) for *_, head, _ in found}
    assert kinds == {wire.Ran, wire.Returned, wire.Raised}
    return found


# --- giving a frame to a session -------------------------------------------------------------------------------------


class Script:
    """In the place of a jail: its processes say the same frame, whatever they are asked."""

    def __init__(self, frame):
        self.frame = frame
        self.theirs = []

    def spawn(self):
        ours, theirs = socket.socketpair()
        self.theirs.append(theirs)
        if len(self.frame) < 1 << 16:  # fits the socket's buffer
            self._say(theirs)
        else:
            threading.Thread(target=self._say, args=(theirs,), daemon=True).start()
        return ours

    def _say(self, theirs):
        with contextlib.suppress(OSError):
            theirs.sendall(self.frame)
            theirs.shutdown(socket.SHUT_WR)

    def reap(self, patience=0.0):
        return zygote_wire.Ended(None, None, True)

    def close(self):
        for sock in self.theirs:
            sock.close()


def given_to_session(frame, act, number):
    """What the session makes of the frame: a value, or one of the two errors that it documents."""
    jail = Script(frame)
    asked = session.Session(JailTransport(jail), Submission("ps", [CodeCell(1, "")], [], []), SESSION_LIMITS)
    asked.turn_to(EXERCISE)
    asked._connection.start()
    try:
        value = act(asked, number)
    except (remote.StudentError, remote.CallFailed, connection.Lost) as error:
        text = str(error)
        assert 0 < len(text) < 1000 and "\n" not in text, f"no one-line sentence: {text!r}"
        return error
    finally:
        asked.close()
        jail.close()
    _used(value)
    return value


def _used(value):
    """What checks do with a result, and the diagnosis after them."""
    assert isinstance(shown(value), str)
    same(value, value)
    of_course = sys.modules["fuzzed"]
    with_wrong = (torch.ones(2, 3), np.zeros((2, 2)), 1.0, "text", [1, 2], {"a": 1}, records.Record("Point", x=1))
    with_wrong += (of_course.Point(1), of_course.Grid([[1]]))
    for expected in with_wrong:
        try:
            assert_close(value, expected)
        except (Difference, remote.CallFailed) as error:  # the fields of an object are asked for, and nobody answers
            str(error)


# --- breaking frames --------------------------------------------------------------------------------------------------

INTEGERS = [0, 1, -1, 2, 3, 7, 8, 63, 64, 65, 255, 4096, 1 << 20, (1 << 28) + 1, (1 << 31) - 1, 1 << 31, 1 << 32]
INTEGERS += [1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, -(1 << 31), -(1 << 63)]
TEXTS = [
    "",
    "x",
    "\x00",
    "\n",
    "é" * 50,
    "a" * 5000,
    "0x",
    "-1",
    "1e999",
    "nan",
    "inf+nanj",
    "1_0",
    "٣",
    "cuda:99",
    "meta",
]
TEXTS += [
    "<f8",
    ">i4",
    "|b1",
    "|S0",
    "<U0",
    "|S9999999",
    "<U2",
    "<f16",
    "<c32",
    "<M8[ns]",
    "<m8[xx]",
    "<M8[٣]",
    "<M8[0s]",
]
TEXTS += [
    "<f2",
    ">U1",
    "<M8",
    "<m8[25s]",
    "|O",
    "|V8",
    "S٣",
    "L",
    "1",
    "RGB",
    "LA",
    "P",
    "I;16",
    "F",
    "YCbCr",
    "tensor",
]
TEXTS += ["array", "view", "image", "items", "set", "frozenset", "list", "tuple", "mapping", "number", "complex", "int"]
TEXTS += [
    "constant",
    "dtype",
    "device",
    "ellipsis",
    "slice",
    "random",
    "sparse",
    "handle",
    "bytes",
    "function",
    "class",
]
TEXTS += ["Returned", "Raised", "Ran", "stream", "data", "error", "ok", "timeout", "TimeLimit", "WireError"]
TEXTS += ["KeyError", "StopIteration", "UnicodeDecodeError", "ExceptionGroup", "OSError", "NotImplementedError"]
TEXTS += ["GeneratorExit", "SystemExit", "AttributeError", "NameError", "MemoryError", "RecursionError", "SyntaxError"]
TEXTS += ["record", "coded", "Mine", "x", "y", "inner", "fuzzed.Point", "fuzzed.Pair", "fuzzed.Grid", "fuzzed.os"]
TEXTS += list(values.DTYPES)


def _leaf(rng):
    match rng.randrange(6):
        case 0:
            return rng.choice([None, True, False, [], {}, b"", 0.0, float("nan"), float("inf"), -0.0, 1e308])
        case 1 | 2:
            return rng.choice(TEXTS)
        case _:
            return rng.choice(INTEGERS)


def _break_tree(tree, other, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = entries(tree)
        if not places:
            return _leaf(rng)
        inside, key = rng.choice(places)
        match rng.randrange(9):
            case 0 | 1 | 2:
                inside[key] = _leaf(rng)
            case 3:
                del inside[key]
            case 4:
                if isinstance(inside, list):
                    inside.insert(key, rng.choice([_leaf(rng), inside[key]]))
                else:
                    inside[rng.choice(TEXTS)] = _leaf(rng)
            case 5:
                theirs, place = rng.choice(entries(other))
                inside[key] = theirs[place]
            case 6:
                wrapped = inside[key]
                for _ in range(rng.choice([1, 3, 63, 64, 65, 200, 2000])):
                    wrapped = ["items", rng.choice(["list", "tuple"]), [wrapped]]
                inside[key] = wrapped
            case 7:
                if isinstance(inside[key], list):
                    inside[key] = (inside[key] * rng.choice([0, 2, 3, 70]))[:5000]
                elif isinstance(inside[key], int):
                    inside[key] += rng.choice([-1, 1, 8, -8])
            case 8:
                if isinstance(inside[key], list):
                    rng.shuffle(inside[key])
                elif isinstance(inside[key], int):
                    inside[key] = -inside[key]
    return tree


def _break_bytes(data, other, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5])):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 | 1:
                if data:
                    data[place % len(data)] ^= 1 << rng.randrange(8)
            case 2:
                del data[place:]
            case 3:
                data[place : place + rng.randrange(9)] = rng.randbytes(rng.randrange(9))
            case 4:
                start = rng.randrange(len(other) + 1)
                data[place:] = other[start:]
            case 5:
                del data[place : place + rng.randrange(1, 9)]
    return bytes(data)


def _encoded(tree):
    try:
        return wire.encode(tree)
    except (OverflowError, RecursionError):  # numbers and depths beyond msgpack's
        return b"\xc0"


def broken(turn, other, rng):
    """A real frame with one thing or a few broken; where the structure is what is broken, that too (else None)."""
    *_, head, body = turn
    *_, other_head, other_body = other
    tree = None
    match rng.randrange(10):
        case 0 | 1 | 2 | 3 | 4 | 5:
            tree = _break_tree(msgspec.msgpack.decode(head), msgspec.msgpack.decode(other_head), rng)
            head = _encoded(tree)
            if rng.random() < 0.2:
                body = rng.choice([b"", body[:-1], body + b"x", other_body, b"\xff" * len(body)])
        case 6 | 7:
            head = _break_bytes(head, other_head, rng)
        case 8:
            body = _break_bytes(body, other_body, rng)
        case 9:
            whole = struct.pack("<IQ", len(head), len(body)) + head + body
            if rng.random() < 0.5:
                lengths = [rng.choice([len(head), len(body), *INTEGERS]) for _ in range(2)]
                return struct.pack("<IQ", lengths[0] % 2**32, lengths[1] % 2**64) + head + body, None
            return _break_bytes(whole, other_body + other_head, rng), None
    return struct.pack("<IQ", len(head), len(body)) + head + body, tree


@pytest.fixture
def known_token(monkeypatch):
    for module in (session, cells):
        monkeypatch.setattr(module, "token", lambda: TOKEN)


def test_broken_frames_end_in_a_value_or_a_sentence(recorded, known_token, campaign, bounded_memory):
    for seed in range(FRAMES):
        rng = random.Random(seed)
        turn, other = recorded[seed % len(recorded)], rng.choice(recorded)
        frame, tree = broken(turn, other, rng)
        with campaign.trying(lambda: f"seed {seed}, {turn[0]}: {tree if tree is not None else frame!r}"):  # noqa: B023
            given_to_session(frame, turn[1], turn[2])
    campaign.judge()


# --- frames made from nothing -----------------------------------------------------------------------------------------

integers = st.sampled_from(INTEGERS) | st.integers(-3, 20)
texts = st.sampled_from(TEXTS) | st.text(max_size=5)
shapes = st.lists(st.integers(0, 4) | integers, max_size=4)
blobs = st.builds(wire.Blob, st.integers(0, 16) | integers, st.sampled_from([0, 1, 2, 4, 8, 16, 24, 32]) | integers)
dtypes = st.sampled_from([*values.DTYPES, "torch.qint8", "torch.load"])
numpy_dtypes = st.sampled_from(
    ["<f8", ">i4", "|b1", "|S0", "<U0", "<U2", ">U1", "|S3", "<f16", "<c8", "<M8[ns]", "<m8[7D]", "<f2", "|O", "|V8"]
)
bare_tensors = st.builds(wire.Tensor, dtypes, shapes, blobs, st.just(False), st.none())
tensors = st.builds(wire.Tensor, dtypes, shapes, blobs, st.booleans(), st.none() | bare_tensors)
nodes = st.one_of(
    tensors,
    st.builds(wire.SparseTensor, bare_tensors, bare_tensors, shapes, st.booleans()),
    st.builds(wire.Array, numpy_dtypes, shapes, blobs, st.booleans()),
    st.builds(wire.View, st.sampled_from(["tensor", "array"]), numpy_dtypes, shapes, shapes, integers, blobs),
    st.builds(wire.Image, st.sampled_from(["1", "L", "LA", "RGB", "F", "I;16", "P"]), shapes, blobs),
    st.builds(wire.Bytes, blobs),
    st.builds(wire.Number, st.sampled_from(["int", "complex"]), texts),
    st.builds(wire.Constant, st.sampled_from(["dtype", "device", "ellipsis"]), texts),
    st.builds(wire.RandomState, blobs),
    st.builds(wire.Handle, integers, st.sampled_from(["function", "class", "object"]), texts, st.lists(texts)),
    st.none() | st.booleans() | integers | st.floats() | texts,
)
classes = st.sampled_from(["fuzzed.Point", "fuzzed.Pair", "fuzzed.Grid", "fuzzed.os", "Mine"]) | texts
fields = st.sampled_from(["x", "y", "first", "second", ""]) | texts
trees = st.recursive(
    nodes,
    lambda inner: (
        st.builds(wire.Items, st.sampled_from(["list", "tuple", "set", "frozenset"]), st.lists(inner, max_size=4))
        | st.builds(wire.Mapping, st.lists(st.tuples(inner, inner), max_size=3))
        | st.builds(wire.Slice, inner, inner, inner)
        | st.builds(wire.Record, classes, st.lists(st.tuples(fields, inner), max_size=3))
        | st.builds(wire.Record, classes, st.tuples(*(st.tuples(st.just(key), inner) for key in ("x", "y"))).map(list))
        | st.builds(wire.Coded, classes, inner)
    ),
    max_leaves=8,
)
names = st.lists(texts, max_size=3)
places = st.none() | integers
answers = st.one_of(
    st.builds(wire.Returned, st.just(TOKEN), trees, st.none() | st.lists(trees, max_size=6), names),
    # What came of `_arguments`, each in another form than it has.
    st.builds(wire.Returned, st.just(TOKEN), trees, st.lists(tensors | nodes, min_size=5, max_size=5), names),
    st.builds(wire.Raised, st.just(TOKEN), names, texts, places, places, names),
)


@settings(max_examples=1000, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(answers, st.sampled_from([bytes(64), bytes(range(64)), b"\x01" * 64]), st.integers(0, 30))
def test_any_structure_ends_in_a_value_or_a_sentence(recorded, known_token, bounded_memory, within, answer, body, turn):
    _, act, number, *_ = recorded[turn % len(recorded)]
    head = wire.encode(answer)
    with within(5):
        given_to_session(struct.pack("<IQ", len(head), len(body)) + head + body, act, number)


def _argument_changes():
    """For each argument of `change` what it cannot become: other kinds, layouts, dtypes, sizes."""
    blob, floats = wire.Blob(0, 24), wire.Tensor("torch.float32", [2, 3], wire.Blob(0, 24), False, None)
    sparse = wire.SparseTensor(
        wire.Tensor("torch.int64", [2, 0], wire.Blob(0, 0), False, None),
        wire.Tensor("torch.float32", [0], wire.Blob(0, 0), False, None),
        [2, 3],
        True,
    )
    texts = wire.Array("<U1", [2, 2], wire.Blob(0, 16), False)
    image = wire.Image("I;16", [2, 2], wire.Blob(0, 8))
    return [floats, sparse, texts, image, wire.Array("<f4", [2, 3], blob, False), wire.Bytes(blob), None, "text"]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("change", _argument_changes(), ids=lambda node: type(node).__name__)
def test_an_argument_that_becomes_something_else_is_an_answer_too(recorded, known_token, place, change):
    changed = [None] * 5
    changed[place] = change
    head, body = wire.encode(wire.Returned(TOKEN, None, changed, [])), bytes(24)
    act, number = next((act, number) for name, act, number, *_ in recorded if name == "change")
    given_to_session(struct.pack("<IQ", len(head), len(body)) + head + body, act, number)


# --- frames that are small and cost much ------------------------------------------------------------------------------

MODULUS = (1 << 61) - 1


def _many(node, count):
    return ["items", "list", [node] * count]


def _set_of(nodes):
    return ["items", "set", nodes]


COSTLY = {
    "tensors over the same bytes": (
        _many(["tensor", "torch.uint8", [8 << 20], [0, 8 << 20], False, None], 10_000),
        8 << 20,
    ),
    "bytes over the same bytes": (_many(["bytes", [0, 8 << 20]], 10_000), 8 << 20),
    "views over nearly the same memory": (
        ["items", "list", [["view", "array", "|u1", [1], [1], 0, [n, 8 << 20]] for n in range(4096)]],
        (8 << 20) + 4096,
    ),
    "bool views wider than their memory": (_many(["view", "array", "|b1", [1 << 28], [0], 0, [0, 1]], 10_000), 1),
    "an array of a long shape": (["array", "|S0", [2**63 - 1] * 400_000, [0, 0], False], 0),
    "a view of a long shape": (["view", "array", "<f4", [2**63 - 1] * 400_000, [0], 0, [0, 4]], 4),
    "a sparse tensor of a long shape": (
        [
            "sparse",
            ["tensor", "torch.int64", [1, 0], [0, 0], False, None],
            ["tensor", "torch.float32", [0], [0, 0], False, None],
            [2**62] * 400_000,
            False,
        ],
        0,
    ),
    "a sparse tensor too large to be dense": (
        [
            "sparse",
            ["tensor", "torch.int64", [1, 0], [0, 0], False, None],
            ["tensor", "torch.float32", [0], [0, 0], False, None],
            [1 << 40],
            False,
        ],
        0,
    ),
    "integers of one hash": (_set_of([["number", "int", f"{n * MODULUS:x}"] for n in range(1, 60_000)]), 0),
    "complex numbers of one hash": (_set_of([["number", "complex", f"{-1000003 * n}+{n}j"] for n in range(60_000)]), 0),
    "keys of one hash": (["mapping", [[["number", "int", f"{n * MODULUS:x}"], 0] for n in range(1, 60_000)]], 0),
    "images without width": (_many(["image", "L", [0, (1 << 20) - 1], [0, 0]], 50_000), 0),
    "an image larger than its data": (["image", "F", [1 << 14, 1 << 14], [0, 32 << 20]], 32 << 20),
    "many empty texts": (_many(["array", "|S0", [1 << 20], [0, 0], False], 50_000), 0),
    "a large array of letters": (["array", "<U1", [8 << 20], [0, 32 << 20], False], 32 << 20),
    "a long list": ([*_many(None, 1)[:2], [None] * 3_000_000], 0),
    "a long number": (["number", "complex", "1" * 4_000_000], 0),
}


@pytest.mark.parametrize("value, size", COSTLY.values(), ids=COSTLY)
def test_a_small_frame_costs_little(recorded, known_token, bounded_memory, within, value, size):
    head = wire.encode({"type": "Returned", "token": TOKEN, "value": value, "changed": None, "forbidden": []})
    assert len(head) <= wire.MAX_HEAD
    _, act, number, *_ = recorded[2]
    with within(10):
        given_to_session(struct.pack("<IQ", len(head), size) + head + b"\xff" * size, act, number)


def test_nesting_beyond_all_bounds_is_refused(recorded, known_token):
    for start, wrap in (
        (b"\x85\xa4type\xa8Returned\xa5token\x01\xa5value", b"\x93\xa5items\xa4list\x91"),
        (b"", b"\x91"),
    ):
        head = start + wrap * 200_000
        _, act, number, *_ = recorded[2]
        error = given_to_session(struct.pack("<IQ", len(head), 0) + head, act, number)
        assert "cannot read" in str(error)


@pytest.mark.parametrize("depth", [values.MAX_DEPTH + 2, 300])
def test_nesting_that_decodes_is_bounded_too(recorded, known_token, depth):
    head = wire.encode({"type": "Returned", "token": TOKEN, "changed": None, "forbidden": [], "value": None})
    head = head.removesuffix(b"\xc0") + b"\x93\xa5items\xa4list\x91" * depth + b"\xc0"
    _, act, number, *_ = recorded[2]
    error = given_to_session(struct.pack("<IQ", len(head), 0) + head, act, number)
    assert f"nested more than {values.MAX_DEPTH} deep" in str(error)


def test_a_generator_whose_place_is_beyond_its_end_is_refused():
    state = bytearray(torch.Generator().get_state().numpy().tobytes())
    struct.pack_into("=i4xQ", state, 8, 624, 624)
    with pytest.raises(wire.WireError, match="generator"):
        values.Unpacker(memoryview(state), None).unpack(wire.RandomState(wire.Blob(0, len(state))))


def test_what_the_zygote_says_is_a_message_or_refused():
    real = [zygote_wire.Ready("2.9"), zygote_wire.Spawned(7), zygote_wire.Ended(None, 9, True)]
    for seed in range(2000):
        rng = random.Random(seed)
        head = wire.encode(rng.choice(real))
        data = _encoded(_break_tree(msgspec.msgpack.decode(head), msgspec.msgpack.decode(head), rng))
        data = _break_bytes(data, head, rng) if rng.random() < 0.5 else data
        with contextlib.suppress(ValueError):  # as jail.py expects
            zygote_wire.decode_from_zygote(data)
