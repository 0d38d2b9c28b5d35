"""Pass on what benchmarks print; fail if a ratio is above twice its target, or there is none.

make bench-small | python benchmarks/check.py
"""

import sys

MOST = 2.0


def main() -> int:
    bad, seen = [], 0
    for line in sys.stdin:
        print(line, end="", flush=True)
        words = line.split()
        if words[:1] == ["ratio"] and len(words) == 4:
            seen += 1
            value, target = map(float, words[2:])
            bad += [line] if value > MOST * target else []
    for line in bad:
        print(f"above twice its target: {line}", end="", file=sys.stderr)
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
