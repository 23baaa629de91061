"""The one way out, against a real server on loopback that misbehaves on demand."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import stamina

from core import http
from core.http import (
    OutgoingClient,
    OutgoingFailed,
    OutgoingRefused,
    OutgoingResponse,
    OutgoingTimeout,
    is_public_address,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Scripted:
    """A server that answers each connection with the next of `answers`, byte for byte."""

    answers: list[bytes]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    drip: bool = False  # one byte, then nothing until the client goes away

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        for answer in self.answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self.requests.append(_request_of(connection))
                connection.sendall(answer)
                if self.drip:
                    connection.recv(1)  # returns when the client hangs up


def _request_of(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def server(*answers: bytes, drip: bool = False) -> Iterator[Scripted]:
    scripted = Scripted(list(answers), drip=drip)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scripted.port = listener.getsockname()[1]
        thread = threading.Thread(target=scripted.serve, args=[listener])
        thread.start()
        try:
            yield scripted
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


def free(scripted: Scripted, **policy) -> OutgoingClient:
    """A client that takes this server for the sandbox."""
    return OutgoingClient(free_origin=scripted.url, **policy)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def test_an_answer_comes_whole_with_lower_case_headers():
    answer = b"HTTP/1.1 200 OK\r\nX-Thing: 7\r\nContent-Length: 5\r\n\r\nhello"
    with server(answer) as scripted:
        response = free(scripted).request("GET", scripted.url + "/a", params={"b": "ж"})
    assert response == OutgoingResponse(200, {"x-thing": "7", "content-length": "5"}, b"hello")
    assert scripted.requests[0].startswith(b"GET /a?b=%D0%B6 HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{scripted.port}".encode() in scripted.requests[0].lower()


def test_json_is_sent_as_json():
    with server(OK) as scripted:
        free(scripted).request("POST", scripted.url, json={"a": 1})
    head, _, body = scripted.requests[0].partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    assert json.loads(body) == {"a": 1}


def test_a_slow_answer_is_a_timeout():
    with server(b"HTTP/1.1 200 OK\r\nContent-Le", drip=True) as scripted:
        client = free(scripted, timeout_seconds=0.2, attempts_max=1)
        with pytest.raises(OutgoingTimeout, match=r"no answer in 0\.2 s"):
            client.request("POST", scripted.url)


def test_bytes_that_drop_in_one_by_one_do_not_stretch_the_deadline():
    """Each wait is short, the sum is not: the deadline is for the whole call."""
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=[listener])
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = OutgoingClient(free_origin=url, timeout_seconds=0.3, attempts_max=1)
        try:
            with pytest.raises(OutgoingTimeout):
                client.request("GET", url)
        finally:
            stop.set()
            thread.join(timeout=5)


def test_a_truncated_answer_is_a_failure_without_a_status():
    with (
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{") as scripted,
        pytest.raises(OutgoingFailed, match="RemoteProtocolError") as caught,
    ):
        free(scripted, attempts_max=1).request("POST", scripted.url)
    assert caught.value.status is None


def test_an_answer_announced_as_huge_is_refused_unread():
    with (
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", drip=True) as scripted,
        pytest.raises(OutgoingRefused, match="answer of 11 bytes"),
    ):
        free(scripted, response_bytes_max=10).request("GET", scripted.url)


def test_a_huge_answer_without_a_length_is_refused_where_the_cap_is():
    with (
        server(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000) as scripted,
        pytest.raises(OutgoingRefused, match="larger than 10 bytes"),
    ):
        free(scripted, response_bytes_max=10).request("GET", scripted.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    answer = f"HTTP/1.1 {status} Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode()
    with server(answer, OK) as scripted, pytest.raises(OutgoingRefused, match="redirect"):
        free(scripted).request("GET", scripted.url)
    assert len(scripted.requests) == 1


def test_nobody_listening_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(OutgoingFailed, match="ConnectError"):
        OutgoingClient(free_origin=url, attempts_max=1).request("GET", url)


def test_a_get_is_repeated_until_it_works():
    with server(BUSY, b"", OK) as scripted:
        assert free(scripted).request("GET", scripted.url).body == b"ok"
    assert len(scripted.requests) == 3


def test_repeating_ends():
    with (
        server(BUSY, BUSY, BUSY, OK) as scripted,
        pytest.raises(OutgoingFailed, match="status 503") as caught,
    ):
        free(scripted).request("GET", scripted.url)
    assert caught.value.status == 503
    assert len(scripted.requests) == 3


def test_a_post_is_sent_once_only():
    with server(BUSY, OK) as scripted, pytest.raises(OutgoingFailed):
        free(scripted).request("POST", scripted.url)
    assert len(scripted.requests) == 1


def test_a_post_said_to_be_idempotent_is_repeated_with_its_body():
    with server(BUSY, OK) as scripted:
        free(scripted).request("POST", scripted.url, json={"a": 1}, is_idempotent=True)
    assert scripted.requests[1].endswith(b'{"a":1}')


def test_a_definite_no_is_not_asked_again():
    with (
        server(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", OK) as scripted,
        pytest.raises(OutgoingFailed, match="status 404"),
    ):
        free(scripted).request("GET", scripted.url)
    assert len(scripted.requests) == 1


def test_a_status_the_caller_knows_is_an_answer():
    answer = b"HTTP/1.1 429 Slow\r\nX-Ratelimit-Retry: 17\r\nContent-Length: 0\r\n\r\n"
    with server(answer) as scripted:
        response = free(scripted).request("GET", scripted.url, accept={200, 429})
    assert (response.status, response.retry_after_seconds) == (429, 17)


def test_a_long_pause_asked_for_is_handed_up_and_not_waited_out():
    answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"
    with server(answer, OK) as scripted, pytest.raises(OutgoingFailed) as caught:
        free(scripted).request("GET", scripted.url)
    assert caught.value.retry_after_seconds == 120
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5),
        ({"x-ratelimit-retry": "7", "retry-after": "5"}, 7),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "٥"}, None),
        (
            {
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
                "retry-after": "Sat, 21 Nov 2026 10:01:30 GMT",
            },
            90,
        ),
        (
            {
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
                "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT",
            },
            0,
        ),
    ],
)
def test_the_pause_the_other_side_asks_for_is_read(headers, seconds):
    assert OutgoingResponse(429, headers, b"").retry_after_seconds == seconds


def test_error_texts_and_logs_do_not_tell_the_query(caplog):
    with server(OK, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") as scripted:
        caplog.set_level("INFO", logger="core.http")
        free(scripted).request("GET", scripted.url + "/x", params={"iin": "901231400013"})
        with pytest.raises(OutgoingFailed) as caught:
            free(scripted).request("GET", scripted.url + "/x", params={"iin": "901231400013"})
    assert "901231400013" not in caplog.text + str(caught.value)
    assert "/x" in caplog.text


def test_the_judged_address_is_the_one_connected_to():
    """The name is asked once; a second, different answer would not matter."""
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

    with server(OK) as scripted:
        origin = f"http://shop.example:{scripted.port}"
        OutgoingClient(free_origin=origin, resolve=resolve).request("GET", origin)
    assert asked == ["shop.example"]
    assert b"host: shop.example:" in scripted.requests[0].lower()


def test_a_client_for_a_service_inside_reaches_it_and_nothing_else_inside():
    with server(OK) as scripted, server(OK) as neighbour:
        client = http.inside(scripted.url)
        assert client.request("GET", scripted.url).body == b"ok"
        with pytest.raises(OutgoingRefused, match="only https"):
            client.request("GET", neighbour.url)
        with pytest.raises(OutgoingRefused, match="not an address of the open"):
            client.request("GET", "https://127.0.0.1/")


def test_the_next_address_is_tried_when_the_first_is_dead():
    with server(OK) as scripted:
        origin = f"http://shop.example:{scripted.port}"
        client = OutgoingClient(free_origin=origin, resolve=lambda host, port: ["::1", "127.0.0.1"])
        assert client.request("GET", origin).body == b"ok"


@pytest.mark.parametrize(
    "answers", [["10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"]]
)
def test_a_name_with_one_private_address_is_refused_whole(answers):
    client = OutgoingClient(resolve=lambda host, port: answers)
    with pytest.raises(OutgoingRefused, match="not an address of the open Internet"):
        client.request("GET", "https://rebind.example/")


def test_a_name_without_an_address_is_a_failure():
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(OutgoingFailed, match="ConnectError"):
        OutgoingClient(resolve=resolve, attempts_max=1).request("GET", "https://nobody.example/")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://example.com/", "only https"),
        ("ftp://example.com/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("gopher://example.com/", "only https"),
        ("//example.com/", "only https"),
        ("example.com", "only https"),
        ("", "only https"),
        ("https://", "without a host"),
        ("https:///path", "without a host"),
        ("https://example.com:8443/", "only port 443"),
        ("https://example.com:80/", "only port 443"),
        ("https://example.com:22/", "only port 443"),
        ("https://user@example.com/", "a user name"),
        ("https://user:pass@example.com/", "a user name"),
        ("https://example.com@127.0.0.1/", "a user name"),
        ("https://exam\nple.com/", "not an address"),
        ("https://example.com:port/", "not an address"),
        ("https://[::1/", "not an address"),
    ],
)
def test_an_address_against_the_rules_is_refused_before_its_name_is_asked(url, rule):
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"asked for {host}")

    with pytest.raises(OutgoingRefused, match=rule):
        OutgoingClient(resolve=resolve).request("GET", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://exa mple.com/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://127.0.0.1/",
        "https://127.0.0.1.:443/",
        "https://127.1/",
        "https://127.0.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://１２７.０.０.１/",
        "https://127。0。0。1/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://192.0.0.1/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
        "https://198.51.100.1/",
        "https://203.0.113.1/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:a00:1]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:0:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::808:808]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
        "https://[2001:db8::1]/",
        "https://[fc00::1]/",
        "https://[fd12:3456::1]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[100::1]/",
    ],
)
def test_an_address_that_leads_inside_is_refused_however_it_is_written(url, monkeypatch):
    def connect(*args, **kwargs):
        raise AssertionError(f"connected to {args}")

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    with pytest.raises((OutgoingRefused, OutgoingFailed)) as caught:
        OutgoingClient(attempts_max=1).request("GET", url)
    if caught.type is OutgoingFailed:  # this machine's resolver does not know such a spelling
        assert "ConnectError" in str(caught.value)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "95.59.26.1", "2606:4700::1111"])
def test_the_open_internet_is_open(address):
    assert is_public_address(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "fe80::1%eth0", "1.1.1.1.1"])
def test_what_is_no_address_is_not_public(address):
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "other",
    ["http://127.0.0.1:{next}/", "https://127.0.0.1:{port}/", "http://localhost:{port}/"],
)
def test_only_the_origin_of_the_sandbox_is_free(other):
    with server(OK) as scripted:
        url = other.format(port=scripted.port, next=scripted.port + 1)
        with pytest.raises(OutgoingRefused):
            free(scripted).request("GET", url)
    assert scripted.requests == []


def test_the_installation_frees_its_sandbox_and_nothing_else(settings):
    with server(OK) as scripted:
        settings.SANDBOX_URL = scripted.url
        assert http.outgoing().request("GET", scripted.url + "/any/path").status == 200
        settings.SANDBOX_URL = ""
        with pytest.raises(OutgoingRefused, match="only https"):
            http.outgoing().request("GET", scripted.url)


def test_a_header_that_cannot_be_sent_is_refused_without_telling_it():
    with pytest.raises(OutgoingRefused) as caught:
        OutgoingClient().request("GET", "https://example.com/", headers={"Authorization": "тайна"})
    assert "тайна" not in str(caught.value)
