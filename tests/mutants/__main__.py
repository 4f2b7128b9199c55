"""`python -m tests.mutants [name ...]`: plant each bug, run the tests that must find it, tell who did."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.bugs import Bug, NotPlantable, all_bugs
from tests.mutants.planting import Copy


def caught(copy: Copy, bug: Bug) -> str | None:
    """The test that found the bug, or None."""
    try:
        with copy.with_bug(bug):
            verdict = copy.judge(bug.tests, stop_at_first=True)
    except NotPlantable as error:
        tell(str(error))
        return None
    if verdict.passed or not verdict.failed:
        tell(verdict.output[-2_000:])
        return None
    return verdict.failed[0]


def chosen(names: Sequence[str]) -> list[Bug]:
    """The bugs of these names, all without any; raises SystemExit."""
    bugs = all_bugs()
    if unknown := {*names} - {bug.name for bug in bugs}:
        raise SystemExit(f"no such bug: {', '.join(sorted(unknown))}")
    return [bug for bug in bugs if not names or bug.name in names]


def tell(line: str) -> None:
    """One line to whoever looks on."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(names: Sequence[str]) -> int:
    """The exit code: 0 when every bug was caught."""
    bugs = chosen(names)
    with TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        tests = list(dict.fromkeys(test for bug in bugs for test in bug.tests))
        clean = copy.judge(tests, stop_at_first=False)
        if not clean.passed:
            tell(f"{clean.output[-4_000:]}\nwithout any bug: these tests fail already")
            return 1
        tell(f"without any bug: the tests named pass ({clean.output.splitlines()[-1]})")
        found = 0
        for bug in bugs:
            by = caught(copy, bug)
            found += by is not None
            tell(f"{bug.name}: {'NOT CAUGHT' if by is None else f'caught by {by}'}")
    tell(f"{found} of {len(bugs)} caught")
    return 0 if found == len(bugs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
