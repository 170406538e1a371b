"""Where a server that a person named may lie: not within our own networks, lest we be used to look into them."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from contracts.errors import Invalid

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Site-local, local NAT64 and IPv4-compatible: no part of the internet, whatever the library says.
_LOCAL = tuple(ipaddress.ip_network(network) for network in ("fec0::/10", "64:ff9b:1::/48", "::/96"))


class PrivateAddress(Exception):
    """The host lies in a private, loopback, link-local or otherwise not public network."""


def is_public(address: str) -> bool:
    """Whether the IP address lies in the public internet; one that wraps an IPv4 address is judged by that one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if wrapped is None and ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if any(ip in network for network in _LOCAL):
            return False
    return ip.is_global and not ip.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order in which to try them; raises `OSError` for one that nobody knows."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"No name of a host: {error}") from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def must_lead_outside(url: str) -> None:
    """Raises `Invalid`, naming the field `url`, for an address within our own networks.

    A name that nobody knows yet may be known later; where it leads is looked at again at each connection.
    """
    parts = urlsplit(url)
    try:
        public_addresses_of(str(parts.hostname), parts.port or 443)
    except PrivateAddress:
        wrong = "Lies in a private network, which is not allowed here."
        raise Invalid("The input is not valid.", errors={"url": [wrong]}) from None
    except OSError:
        return


def public_addresses_of(host: str, port: int) -> list[str]:
    """The same; raises `PrivateAddress` where any of them is not public: the next look-up may give another first."""
    found = addresses_of(host, port)
    if not all(is_public(address) for address in found):
        raise PrivateAddress("The address lies in a private network.")
    return found
