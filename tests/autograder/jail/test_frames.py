"""Frames arrive whole, or an error says why not."""

import socket
import struct
import threading
import time

import pytest

from autograder.jail.inside import frames, wire


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_frame_arrives_as_it_was_sent(pair):
    ours, theirs = pair
    large = bytes(range(256)) * 8192
    threading.Thread(target=frames.send, args=(ours, b"head", [large, b"tail"])).start()
    head, body = frames.receive(theirs)
    assert (head, bytes(body)) == (b"head", large + b"tail")


def test_an_announced_length_over_the_bounds_is_refused_unread(pair):
    ours, theirs = pair
    ours.sendall(struct.pack("<IQ", 10, wire.MAX_BODY + 1))
    with pytest.raises(wire.WireError, match="announces"):
        frames.receive(theirs)


def test_an_announced_length_alone_costs_no_memory(pair):
    ours, theirs = pair
    ours.sendall(struct.pack("<IQ", 1, wire.MAX_BODY) + b"x")
    ours.close()
    with pytest.raises(wire.Closed):
        frames.receive(theirs)


def test_a_frame_that_never_ends_is_given_up_at_the_deadline(pair):
    ours, theirs = pair
    ours.sendall(struct.pack("<IQ", 10, 0) + b"half")
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        frames.receive(theirs, began + 0.2)
    assert time.monotonic() - began < 2


def test_a_reader_that_does_not_read_is_given_up_at_the_deadline(pair):
    ours, _ = pair
    with pytest.raises(TimeoutError):
        frames.send(ours, b"", [bytes(50_000_000)], time.monotonic() + 0.2)


def test_too_large_a_message_is_not_sent(pair):
    with pytest.raises(wire.WireError, match="too large"):
        frames.send(pair[0], bytes(wire.MAX_HEAD + 1))
