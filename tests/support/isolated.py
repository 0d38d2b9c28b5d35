"""Run a command where the only network is loopback, and count the connections that it tries.

    unshare --net python isolated.py COUNTS COMMAND...

COUNTS gets the kernel's counters of this network namespace as JSON: whatever any process of the
command did, in whatever language, is among them.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40
#: Packets without a way out, connections begun, and datagrams sent (look-ups of names).
_TRIES = ("Ip.OutNoRoutes", "Ip6OutNoRoutes", "Tcp.ActiveOpens", "Udp.OutDatagrams")


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING))


def counters() -> dict[str, int]:
    """Those of /proc/net/snmp as `Protocol.Name`, and those of snmp6."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    found = {}
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        protocol = names[0].removesuffix(":")
        found |= {f"{protocol}.{n}": int(v) for n, v in zip(names[1:], values[1:], strict=True)}
    six = Path("/proc/net/snmp6")
    pairs = [line.split() for line in six.read_text().splitlines()] if six.exists() else []
    return found | {name: int(value) for name, value in pairs}


if __name__ == "__main__":
    bring_up_loopback()
    status = subprocess.run(sys.argv[2:]).returncode
    tried = {name: value for name, value in counters().items() if name in _TRIES}
    Path(sys.argv[1]).write_text(json.dumps(tried))
    sys.exit(status)
