"""Servers that people name are asked within bounds: public networks only, a time in all, a size."""

from __future__ import annotations

import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from chassis import outward
from chassis.addresses import PrivateAddress, is_public, public_addresses_of
from chassis.outward import Outward, Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def listening(speak: Callable[[socket.socket], None]) -> AbstractContextManager[str]:
    """The address of a server that speaks like this to each who connects."""
    return hearing(lambda line, head: speak(line))


@contextmanager
def hearing(speak: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """The same; what was asked is told to the one who speaks."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(line,), daemon=True).start()

    def talk(line: socket.socket) -> None:
        with line:
            try:
                speak(line, line.recv(65536))
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def trickle(head: bytes) -> Callable[[socket.socket], None]:
    def speak(line: socket.socket) -> None:
        line.sendall(head)
        for _ in range(2000):
            line.sendall(b"x")
            time.sleep(0.02)

    return speak


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::1"),
        *("fec0::1", "feff::1", "64:ff9b:1::808:808", "::a00:1", "::808:808"),
    ],
)
def test_addresses_of_our_own_networks_are_not_also_where_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


def test_a_name_with_one_private_address_among_others_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with pytest.raises(PrivateAddress):
        public_addresses_of("calendar.example", 443)


def test_it_asks_and_answers_and_follows_no_redirect() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    with listening(lambda line: line.sendall(moved)) as url, Outward(allow_private=True, seconds=5) as asking:
        reply = asking.ask("GET", url)
    assert (reply.status, reply.headers["Location"]) == (302, "http://10.0.0.1/")


def test_a_user_name_and_a_password_of_any_script_arrive() -> None:
    heads: list[bytes] = []

    def speak(line: socket.socket, head: bytes) -> None:
        heads.append(head)
        line.sendall(OK)

    auth = ("jüdith", "pässwort€")
    with hearing(speak) as url, Outward(allow_private=True, seconds=5, auth=auth) as asking:
        asking.ask("GET", url)
    assert b64encode("jüdith:pässwort€".encode()) in heads[0]


def test_nothing_is_sent_into_a_private_network() -> None:
    asked = threading.Event()
    with (
        listening(lambda line: asked.set()) as url,
        Outward(allow_private=False, seconds=5) as asking,
        pytest.raises(PrivateAddress),
    ):
        asking.ask("GET", url)
    assert not asked.is_set()


@pytest.mark.parametrize(
    "speak",
    [
        trickle(b""),
        trickle(b"HTTP/1.1 200 OK\r\nX: "),
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        trickle(b"HTTP/1.1 200 OK\r\n\r\n"),
        lambda line: threading.Event().wait(20),
    ],
    ids=["status", "headers", "body", "endless body", "silence"],
)
def test_one_that_takes_its_time_is_cut_off_when_ours_is_over(speak: Callable[[socket.socket], None]) -> None:
    begin = time.monotonic()
    with listening(speak) as url, Outward(allow_private=True, seconds=0.5) as asking:
        with pytest.raises(Unreachable, match="took too long"):
            asking.ask("GET", url)
        with pytest.raises(Unreachable, match="took too long"):
            asking.ask("GET", url)
    assert time.monotonic() - begin < 10


def test_an_answer_without_end_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "LARGEST", 100_000)
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000
    with (
        listening(lambda line: line.sendall(large)) as url,
        Outward(allow_private=True, seconds=5) as asking,
        pytest.raises(Unreachable, match="too large"),
    ):
        asking.ask("GET", url)


def test_one_that_is_not_there_is_said_in_a_sentence_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    with Outward(allow_private=True, seconds=5) as asking:
        for url in ("http://127.0.0.1:1/", "http://a..b/"):
            with pytest.raises(Unreachable, match=r"\AThe server does not answer\.\Z"):
                asking.ask("GET", url)
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
        with pytest.raises(Unreachable, match=r"\ANobody knows a server of that name\.\Z"):
            asking.ask("GET", "https://calendar.example/")


def test_a_certificate_that_is_not_good_ends_it() -> None:
    with (
        listening(lambda line: line.sendall(OK)) as url,
        Outward(allow_private=True, seconds=5) as asking,
        pytest.raises(Unreachable, match="certificate"),
    ):
        asking.ask("GET", url.replace("http:", "https:"))


def test_neither_a_proxy_nor_a_netrc_of_this_machine_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login root password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    with listening(lambda line: line.sendall(OK)) as url, Outward(allow_private=True, seconds=5) as asking:
        assert asking.ask("GET", url).body == b"ok"
