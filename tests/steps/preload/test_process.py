"""The message that asks a fork server for a process."""

import errno
import os
import socket

import pytest

from steps.preload import process
from steps.preload.process import Request, receive, send


@pytest.fixture
def ends():
    """Two ends of a socket as between a step and its server."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def files():
    with open(os.devnull) as file:
        yield [file.fileno()] * 3


def test_request_arrives_with_its_files(ends, files):
    sent = Request.here("embed", ["--output", "it's \udc80\n\u00fc"])
    send(ends[0], sent, files)
    received, copies = receive(ends[1])
    assert vars(received) == vars(sent)
    assert len(copies) == 3 and len({os.fstat(file).st_ino for file in (*copies, *files)}) == 1
    for file in copies:
        os.close(file)


def test_closed_end_gives_no_request(ends):
    ends[0].close()
    assert receive(ends[1]) is None


def test_long_request_is_an_error_and_no_truncation(ends, files):
    with pytest.raises(OSError, match="too long") as caught:
        send(ends[0], Request("embed", ["x" * (2 << 20)], "/", {}), files)
    assert caught.value.errno == errno.EMSGSIZE


def test_truncated_request_is_refused(ends, files, monkeypatch):
    send(ends[0], Request("embed", ["x" * 100], "/", {}), files)
    monkeypatch.setattr(process, "_MOST_BYTES", 50)
    with pytest.raises(ValueError, match="not complete"):
        receive(ends[1])


def test_request_of_another_version_is_refused(ends, files, monkeypatch):
    with monkeypatch.context() as other:
        other.setattr(process, "VERSION", 0)
        send(ends[0], Request("embed", [], "/", {}), files)
    with pytest.raises(ValueError, match="another version"):
        receive(ends[1])


@pytest.mark.parametrize("message", [b"{'step': 'embed'}", b"(1, ", b"hello"])
def test_foreign_message_is_refused(ends, files, message):
    socket.send_fds(ends[0], [message], files)
    with pytest.raises(ValueError, match="not a request"):
        receive(ends[1])


def test_request_without_files_is_refused(ends):
    ends[0].send(Request("embed", [], "/", {}).encode())
    with pytest.raises(ValueError, match="not complete"):
        receive(ends[1])
