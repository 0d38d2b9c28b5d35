"""The sentence on software: versions of all packages that the reports name."""

from steps.report.methods.citations import keys_of, name_of
from steps.report.methods.run import Run
from steps.report.methods.text import Text, cite, joined


def sentences(run: Run) -> list[Text]:
    """Return the packages, those that are cited first, and the system."""
    versions = dict(run.provenance["versions"])
    python = versions.pop("python", None)
    order = sorted(versions, key=lambda name: (not keys_of("software", name), name.lower()))
    packages: list[Text] = [
        [f"{name_of('software', name)} {versions[name]}", *cite("software", name)] for name in order
    ]
    packages += [[f"Python {python}"]] if python else []
    machine = run.provenance.get("machine", {})
    system = " ".join(filter(None, (machine.get("system"), machine.get("architecture"))))
    text: Text = ["All steps were run by protspace-pipeline with "]
    return [[*text, *joined(packages), f" on {system}." if system else "."]] if packages else []
