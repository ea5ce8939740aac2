"""Fuzz every reader: ``python tests/fuzz/run.py --cases 100000``.

Each case damages a good file and reads it, in a process of its own kind: it may read fine or be
refused in one sentence. Anything else is counted and its bytes are kept.
"""

import argparse
import math
import multiprocessing
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mutate import mutate
from readers import DOORS, Door, Seed

from s2kit.errors import S2kitError

LIMIT = 20.0
"""Seconds after which a case counts as a hang."""

MEMORY = 3 << 30
"""Bytes of address space that a case may take on top of what the libraries take."""

CONTEXT = multiprocessing.get_context("fork")

LONGEST = 600
"""Characters of a sentence."""

ENDS = ("read", "refused", "escape", "hang", "crash")


def write_case(
    name: str, seeds: list[Seed], number: int, seed: int, folder: Path
) -> tuple[Seed, Path]:
    """Write the files of a case; return the seed and the file that was damaged."""
    dice = random.Random(f"{seed} {name} {number}")
    good = dice.choice(seeds)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good.folder, folder)
    damaged = folder / dice.choice(good.damaged)
    damaged.write_bytes(mutate(damaged.read_bytes(), dice))
    return good, damaged


def read_case(name: str, good: Seed, damaged: Path, case: Path) -> tuple[str, str]:
    """Read the files of a case; return how it ended, and why where it matters."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = DOORS[name].read(case / good.opened)
    except S2kitError as error:
        wrong = _bad_sentence(str(error))
        told = f"{good.name} {damaged.name}: {error!r}"
        return ("escape", f"{wrong}: {told}") if wrong else ("refused", told)
    except Exception:
        return "escape", f"{good.name} {damaged.name}:\n{traceback.format_exc()}"
    return ("other pixels" if _differ(DOORS[name], good, pixels) else "read"), good.name


def _bad_sentence(text: str) -> str:
    if "\n" in text:
        return "several lines"
    if len(text) > LONGEST:
        return f"{len(text)} characters"
    return "repr of numpy" if re.search(r"\bnp\.\w+\(", text) else ""


GOOD: dict[Path, Any] = {}


def _differ(door: Door, good: Seed, pixels: Any) -> bool:
    """Tell whether an image without compression was read with other pixels."""
    if not isinstance(pixels, np.ndarray) or good.name != "plain":
        return False
    if good.folder not in GOOD:
        GOOD[good.folder] = door.read(good.folder / good.opened)
    return not np.array_equal(GOOD[good.folder], pixels, equal_nan=True)


@dataclass
class Tally:
    """How the cases of one reader ended."""

    ends: Counter[str] = field(default_factory=Counter)
    plain: int = 0
    why: dict[str, int] = field(default_factory=dict)


def work(
    name: str, seeds: list[Seed], numbers: range, seed: int, folder: Path, pipe: Connection
) -> None:
    """Run cases one after the other, telling of each that it begins and how it ended."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        # a name of its own: GDAL remembers archives and folders by name
        case = folder / str(number)
        good, damaged = write_case(name, seeds, number, seed, case)
        pipe.send((number, None, ""))
        pipe.send((number, *read_case(name, good, damaged, case)))
        shutil.rmtree(case, ignore_errors=True)
    pipe.send((None, None, ""))


def make_seeds(name: str, folder: Path) -> list[Seed]:
    """Write the good files in a child: this process starts no threads that a fork would lose."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=lambda: theirs.send(DOORS[name].seeds(folder)))
    child.start()
    theirs.close()
    seeds: list[Seed] = ours.recv()
    child.join()
    return seeds


def fuzz(name: str, cases: range, seed: int, folder: Path, keep: Path) -> Tally:
    """Fuzz one reader in child processes; a hang or crash ends its child, not the run."""
    seeds = make_seeds(name, folder / name)
    tally, number = Tally(), cases.start
    while number < cases.stop:
        ours, theirs = CONTEXT.Pipe(duplex=False)
        # after a thousand cases a new child: libraries keep something of every file
        numbers = range(number, min(number + 1000, cases.stop))
        child = CONTEXT.Process(
            target=work, args=(name, seeds, numbers, seed, folder / "work", theirs)
        )
        child.start()
        theirs.close()
        number = _listen(ours, child, number, tally, keep, seeds, name, seed)
    return tally


def _listen(
    pipe: Connection, child: Any, number: int, tally: Tally, keep: Path, seeds: list[Seed],
    name: str, seed: int,
) -> int:  # fmt: skip
    """Take what a child tells until it ends; return the number of the case to go on with."""
    while True:
        end, why, told = "hang", "no end within the limit", None
        if wait([pipe], LIMIT):
            try:
                told = pipe.recv()
            except EOFError:
                child.join()
                end, why = "crash", f"the process ended with {child.exitcode}"
        if told is not None:
            done, end, why = told
            if done is None:
                child.join()
                return number + 1
            number = done
            if end is None:
                continue
        tally.ends["read" if end == "other pixels" else end] += 1
        tally.plain += end == "other pixels"
        if end in ("escape", "hang", "crash"):
            key = why.strip().splitlines()[-1][:160] if end == "escape" else why
            tally.why[key] = tally.why.get(key, 0) + 1
            if tally.why[key] <= 3:
                title = f"{re.sub('[^A-Za-z]+', '_', name)}-{number}-{end}"
                _keep(keep / title, why, seeds, (name, number, seed))
        if told is None:
            child.kill()
            child.join()
            return number + 1


def _keep(folder: Path, why: str, seeds: list[Seed], case: tuple[str, int, int]) -> None:
    """Write the files of a case again, with the reason beside them."""
    write_case(case[0], seeds, case[1], case[2], folder)
    (folder / "why.txt").write_text(why)


def main() -> int:
    """Fuzz the readers that are asked for; exit 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="over all readers")
    parser.add_argument("--first", type=int, default=0, help="number of the first case of each")
    parser.add_argument("--reader", choices=list(DOORS), action="append")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that failed")
    given = parser.parse_args()
    names = given.reader or list(DOORS)
    keep = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-failed-"))
    print(f"{'reader':12}{'cases':>8}{'read':>8}{'refused':>9}{'escapes':>9}{'hangs':>7}{'crashes':>9}"
          f"{'plain TIFF, other pixels':>27}{'seconds':>9}")  # fmt: skip
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        for position, name in enumerate(names):
            start = time.monotonic()
            cases = range(given.first, given.first + math.ceil(given.cases / len(names)))
            tally = fuzz(name, cases, given.seed, Path(scratch) / str(position), keep)
            _print(name, tally.ends, tally.plain, time.monotonic() - start)
            total += tally.ends
            for why, count in sorted(tally.why.items(), key=lambda each: -each[1]):
                print(f"    {count:5} {why}", flush=True)
    _print("all", total, 0, 0)
    failed = sum(total[end] for end in ("escape", "hang", "crash"))
    print(f"files that failed: {keep}" if failed else "none failed")
    return 1 if failed else 0


def _print(name: str, ends: Counter[str], plain: int, seconds: float) -> None:
    counts = (ends[end] for end in ENDS)
    read, refused, escapes, hangs, crashes = counts
    print(f"{name:12}{sum(ends.values()):8}{read:8}{refused:9}{escapes:9}{hangs:7}{crashes:9}"
          f"{plain:27}{seconds:9.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
