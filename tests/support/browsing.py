"""Helpers of the tests of the page."""

import itertools

from tests.support.gateway_process import ROOT

EXAMPLE = ROOT / "examples" / "families.fasta"
#: Of sequences that no run had before, so that none comes from the store.
seeds = itertools.count(100)
