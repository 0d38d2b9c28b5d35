"""The check in the browser says what the server would say, and takes what it takes."""

import gzip

import pytest
import yaml

from scripts.generate import HEADERS
from steps.errors import StepError
from steps.normalize.fasta import FastaReader
from steps.normalize.limits import Limits
from tests.support.browsing import EXAMPLE
from tests.support.gateway_process import fasta

LIMITS = Limits(3, 40, 90, 2000, 6000)
GOOD = ">a\nMKV\n>b\nMKVA\n>sp|P12345|X_Y name\nMKVL\n"
HEADERS_ONCE = {
    each["header"].split()[0]: each["header"] for each in yaml.safe_load(HEADERS.read_text())
}
DNA = "ACGTTGCA" * 8
FILES = {
    "good": GOOD,
    "example-cut": EXAMPLE.read_text()[:1500] + "\n",
    "crlf": GOOD.replace("\n", "\r\n"),
    "cr": GOOD.replace("\n", "\r"),
    "bom": b"\xef\xbb\xbf" + GOOD.encode(),
    "utf-16": GOOD.encode("utf-16"),
    "blank lines and gaps": "\n\n>a\nM-K.V *\n\n>b\n\tmkv\n>c\nMK\x0bV\n",
    "empty": "",
    "only headers": ">a\n>b\n",
    "too few": ">a\nMKV\n>b\nMKV\n",
    "empty records": GOOD + ">d\n\n>e\n*\n",
    "two stops": ">a\nMK**\n" + GOOD,
    "stop inside": ">a\nM*K\n" + GOOD,
    "stop at a line's end": ">a\nMK*\nV\n" + GOOD,
    "before the first header": 'MKV\'s "x"\n' + GOOD,
    "digit": GOOD + ">d\nMK\nV7A\n",
    "three digits": GOOD + ">d\n1 MKV 3\n",
    "dash": GOOD + ">d\nMK\u2013V\n",
    "unknown residue": GOOD + ">d\nMK?\n",
    "comment": "#50\t1\n" + GOOD,
    "clusters": ">Cluster 0\n0\t9aa, >a... *\n",
    "blank line before a format": "\n# STOCKHOLM 1.0\n",
    "j": GOOD + ">d\nMKj\n",
    "alignment": ">a\nMK.V\n>b\nM-KV\n>c\nMKL.\n",
    "no alignment": ">a\nMK\nV.A\n>b\nM-KV\n>c\nMKLAAA.\n",
    "alleles": ">X|IGHV1-2*01|Homo\nMK..V\n>Y|IGHV1-3*01|\nM-K.VA\n>Z|TRAV1/D*01|\nMKL..AAA\n",
    "final dots": ">a\nMKV.\n>b\nMK*\n>c\nMKLAAA.\n",
    "two final dots": ">a\nMKV..\n>b\nMK*\n>c\nMKLAAA.\n",
    "indented headers": " >a\nMKV\n\t>b\nMKA\n\u00a0>c\nMKA\n",
    "joined": ">a\nMK*>b\nMKA\n>c\nMKA>d e\nMA\n",
    "joined behind digits": GOOD + ">d\nMK1>e\nMKV\n",
    "joined without a header": GOOD + ">d\nMK>\nMKV\n",
    "end of file in DOS": GOOD + ">d\x1a\nMK\x1a\n\x1a",
    "blanks of Unicode": GOOD + ">d\nM\u00a0K\u200bV\u3000\n\u00a0\n",
    "no-break space in Latin-1": (GOOD + ">d\nM\u00a0K\n").encode("latin-1"),
    "fields that repeat": ">x|a\nMKV\n>x|b\nMKV\n>x\nMKV\n",
    "fields that repeat with words": ">x|a\nMKV\n>x|a b\nMKV\n>y\nMKV\n",
    "damaged fields": ">a(b|c)\nMKV\n>a(b|d)\nMKV\n>y\nMKV\n",
    "zip": b"PK\x03\x04" + bytes(99),
    "fastq": "@read 1\nACGTACGT\n+\nIIIIIIII\n",
    "genbank": "LOCUS       INV_1   80 aa\n" + GOOD,
    "web page": "<!DOCTYPE html>\n<html>" + GOOD,
    "pir": ">P1;INVA\nInvented\nMKV*\n",
    "json": '[{"id": 1}]',
    "nul": GOOD + ">d\nMK\0\n",
    "control": GOOD + ">d\nMK\x01\n",
    "quote": GOOD + ">d\nMK'\n",
    "backslash": GOOD + ">d\nMK\\\n",
    "umlaut": GOOD + ">d\nMKüV\n",
    "latin-1": (GOOD + ">d\nMKüV\n").encode("latin-1"),
    "latin-1 header": (GOOD + ">dü\nMKV\n").encode("latin-1"),
    "mark of byte order inside": GOOD + ">\ufeffd\nMKV\n",
    "invisible": GOOD + ">d\u200be\nMKV\n",
    "long header": GOOD + f">d {'x' * 99_998}\nMKV\n",
    "longest header": GOOD + f">d {'x' * 99_997}\nMKV\n",
    "nul in a header": GOOD + ">d\0\nMKV\n",
    "no identifier": GOOD + "> \nMKV\n",
    "empty field": GOOD + ">a||b\nMKV\n",
    "long identifier": GOOD + f">{'x' * 257}\nMKV\n",
    "wide identifier": GOOD + f">{chr(0x1F9EC) * 256}\nMKV\n",
    "long duplicate": GOOD + f">e {'x' * 2000}\nMKV\n>e {'ü' * 999}\nMKV\n",
    "empty records after a wrong one": ">a\nM1>b\nMKV\n>c\n" + GOOD,
    "duplicate": GOOD + ">tr|P12345|Z\nMKV\n",
    "nucleotides": GOOD + f">d\n{DNA}\n",
    "not quite nucleotides": GOOD + f">d\n{DNA[:49]}\n",
    "too long": GOOD + f">d\n{'M' * 91}\n",
    "too many": fasta(41, 5),
    "too many residues": fasta(30, 80),
    "too large": GOOD + "M" * 7000,
    "gzip": gzip.compress(GOOD.encode()),
    "gzip too large": gzip.compress((GOOD + "\n" * 7000).encode()),
}
CHECK = """async ([bytes, options]) => {
    const {check} = await import("/web/fasta.js");
    const file = new File([new Uint8Array(bytes)], "input.fasta");
    try {
        return await check(file, options);
    } catch (error) {
        return {code: error.code, message: error.message};
    }
}"""


@pytest.fixture(scope="module")
def checked(chromium, gateway):
    """Return the answer of the page's check to bytes."""
    page = chromium.new_page()
    page.goto(gateway.url)
    options = gateway.client.get("/api/options").json()
    options["limits"] = vars(LIMITS)
    yield lambda content: page.evaluate(CHECK, [list(content), options])
    page.close()


def by_server(path):
    reader = FastaReader(path, LIMITS)
    try:
        for _ in reader:
            pass
    except StepError as error:
        return {"code": error.code, "message": error.message}
    return {"sequences": reader.counts.sequences, "residues": reader.counts.residues}


@pytest.mark.parametrize("header", HEADERS_ONCE.values())
def test_page_and_server_find_the_same_identifier(checked, tmp_path, header):
    # The message on duplicates names the identifier.
    content = f">{header}\nMKV\n>b\nMKV\n>{header}\nMKV\n".encode()
    path = tmp_path / "input.fasta"
    path.write_bytes(content)
    answer = checked(content)
    assert answer["code"] == "DUPLICATE_IDENTIFIERS"
    assert answer == by_server(path)


@pytest.mark.parametrize("name", FILES)
def test_page_and_server_give_the_same_sentence(checked, tmp_path, name):
    content = FILES[name].encode() if isinstance(FILES[name], str) else FILES[name]
    path = tmp_path / "input.fasta"
    path.write_bytes(content)
    assert checked(content) == by_server(path)
