"""Known vulnerabilities of locked versions: `make audit`.

    python scripts/audit.py PIP_AUDIT LOCK...

Asks PyPI through pip-audit. Exit status: 0 none known, 1 some known, 2 it could not be asked.
"""

import json
import subprocess
import sys


def audit(program: str, lock: str) -> list[dict] | None:
    """Return the known vulnerabilities of each locked version; `None` without an answer."""
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    found = subprocess.run(
        [program, "--requirement", lock, *options], capture_output=True, text=True
    )
    try:
        return json.loads(found.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(found.stderr[-500:].strip(), file=sys.stderr)
        return None


def report(lock: str, versions: list[dict] | None) -> int:
    """Say what is known; the exit status."""
    unknown = [each["name"] for each in versions or [] if "skip_reason" in each]
    known = [each for each in versions or [] if each.get("vulns")]
    for each in known:
        for fault in each["vulns"]:
            fixed = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{lock}: {each['name']} {each['version']}: {fault['id']}, fixed in {fixed}")
    if not versions or len(unknown) == len(versions):
        print(f"{lock}: not audited. PyPI's list of vulnerabilities cannot be reached from here.")
    elif unknown:
        print(f"{lock}: not audited, as PyPI does not know them: {', '.join(unknown)}.")
    else:
        print(f"{lock}: {len(versions)} versions audited, {len(known)} with known vulnerabilities.")
    return 1 if known else 2 if unknown or not versions else 0


def main(program: str, *locks: str) -> int:
    """Audit each lock; the worst of the exit statuses."""
    worst = [report(lock, audit(program, lock)) for lock in locks]
    return 1 if 1 in worst else max(worst)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
