"""Uploads that nobody would make by hand: each is mostly right, and wrong in some places."""

import gzip
import random
from urllib.parse import quote

from tests.support.gateway_process import fasta

_LINES = [
    b"",
    b">",
    b">a\n",
    b"\0",
    b"\r",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b">a\nMKV\n" * 3,
    b"*",
    b"-.",
]
_BITS = [*_LINES, b"ACGT" * 50, b">" + b"a" * 300 + b"\nMKV\n", b">x\x1b[31m\nMKV\n", b"M" * 3000]
_NAMES = [
    *(
        "x.fasta",
        "x.fa.gz",
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x.fa",
        "a\\",
        "CON",
        "~root",
    ),
    *(
        "a%0d%0aX-Evil: 1",
        "\x00.fa",
        "ä\u202e.fa",
        "x" * 3000,
        '"; name="methods',
        "${HOME}",
        "-rf",
    ),
]
_CHOICES = [b"pca2", b"pca2,tsne2", b"nothing", b"", b"\xff\xfe", b"\\ud800", b"../..", b"a" * 9000]
_CHARSETS = ["utf-8", "utf-16", "utf-7", "undefined", "idna", "hex", "raw_unicode_escape", "\xe4"]
_EXTRA = [
    *(
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-For: ,,\xff,",
        "Expect: 100-continue",
        "Range: bytes=0-",
    ),
    *(
        "Content-Encoding: gzip",
        "Authorization: Bearer \xff",
        "Origin: null",
        "Cookie: " + "a" * 999,
    ),
    *("Transfer-Encoding: chunked", "Upgrade: websocket", "Last-Event-ID: -1", "Accept: */*;q=x"),
]


class Upload:
    """One upload of a seed: `request` is all of its bytes.

    A head that is `garbled` may make more or fewer than one request of it.
    """

    def __init__(self, seed: str):
        self.rng = random.Random(seed)
        # Most forms are right: else few would get as far as the reader of the file.
        self.calm = self.rng.random() < 0.7
        boundary = self._one("x", "x", "----9", "'()+_,-./:=?", "b" * 70)
        body = self._body(boundary.encode())
        head = self._head(boundary, len(body))
        self.request = self._garble(head, 0.02) + body
        self.garbled = not self.request.startswith(head)

    def _one(self, *choices):
        return self.rng.choice(choices)

    def _garble(self, text: bytes, chance: float) -> bytes:
        """The same with a few bytes changed, lost, doubled or put in."""
        if self.rng.random() >= chance:
            return text
        for _ in range(self.rng.randint(1, 4)):
            at = self.rng.randrange(len(text) + 1)
            to = min(len(text), at + self.rng.choice([0, 1, 1, 5, 200]))
            new = self._one(b"", self.rng.randbytes(1), text[at:to] * 2, self._one(*_BITS))
            text = text[:at] + new + text[to:]
        return text

    def _file(self) -> bytes:
        """Protein FASTA, more or less."""
        count = self._one(20, 21, 25, 3, 0)
        length = self._one(1, 10, 60) if self.rng.random() < 0.97 else 6000
        text = fasta(count, length, self.rng.random()).encode()
        text = text.replace(b"\n", self._one(b"\n", b"\n", b"\r\n", b"\r", b"\n\n"))
        text = self._garble(text, 0.7)
        if self.rng.random() < 0.1:
            text = text.decode("latin-1").encode(self._one("utf-8", "utf-16", "utf-32"))
        if self.rng.random() < 0.3:
            text = gzip.compress(text, 1) * self._one(1, 1, 2)
            text = self._garble(text, 0.3)[: self._one(None, None, None, 30)]
        return text

    def _body(self, boundary: bytes) -> bytes:
        fields = [self._field() for _ in range(self._one(0, 0, 0, 1, 2 if self.calm else 12))]
        parts = [*fields, *[self._file_part()] * (1 if self.calm else self._one(0, 1, 1, 2))]
        self.rng.shuffle(parts)
        body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
        end = b"--\r\n" if self.calm else self._one(b"--\r\n", b"--", b"")
        return self._garble(body + b"--" + boundary + end, 0 if self.calm else 0.5)

    def _field(self) -> bytes:
        names = [b"methods", b"embedders", b"annotations", b"method", b"other"]
        name = self._one(*names) if self.calm else self._one(*names, b"file", b"", b"\xff", b'"')
        value = b"pca2" if self.calm and self.rng.random() < 0.5 else self._one(*_CHOICES)
        return b'Content-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value

    def _file_part(self) -> bytes:
        name = self._one(*_NAMES).encode("utf-8")
        forms = [b'filename="%s"', b"filename=%s", b"filename*=UTF-8''%s"]
        form = forms[0] if self.calm else self._one(*forms)
        if self.calm:
            name = quote(name).encode()
        more = b"" if self.calm else self._one(b"\r\nContent-Type: x/y", b"\r\nX: " + b"y" * 5000)
        head = b'Content-Disposition: form-data; name="file"; ' + form % name
        return head + more + b"\r\n\r\n" + self._file()

    def _head(self, boundary: str, length: int) -> bytes:
        kind = self._one("multipart/form-data", "Multipart/Form-Data") + f'; boundary="{boundary}"'
        if self.rng.random() < 0.1:
            kind += f"; charset={self._one(*_CHARSETS)}"
        if self.rng.random() < 0.03:
            kind = self._one(
                "", "text/plain", "multipart/form-data", "multipart/form-data; boundary="
            )
        more = self.rng.sample(_EXTRA, self._one(1, 2)) if self.rng.random() < 0.15 else []
        lines = ["POST /api/prepare HTTP/1.1", "Host: x", f"Content-Type: {kind}"]
        lines += [f"Content-Length: {length}", *more, "", ""]
        return "\r\n".join(lines).encode("latin-1")
