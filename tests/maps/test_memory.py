"""Memory and cores that a run may use, as files of the system tell."""

from pathlib import Path

import pytest

from s2kit.maps.memory import WINDOW_MEMORY, usable_cores, window_memory

MB = 10**6


def system(root: Path, files: dict[str, object]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


TWO = {
    "proc/self/cgroup": "0::/user/job",
    "sys/fs/cgroup/user/memory.max": 300 * MB,
    "sys/fs/cgroup/user/memory.current": 200 * MB,
    "sys/fs/cgroup/user/memory.stat": f"anon 5\ninactive_file {25 * MB}",
    "sys/fs/cgroup/user/job/memory.max": "max",
    "sys/fs/cgroup/user/job/memory.current": 100 * MB,
}
ONE = {
    "proc/self/cgroup": "5:memory:/job\n4:cpu,cpuacct:/job",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": 2**63 - 4096,
    "sys/fs/cgroup/memory/memory.usage_in_bytes": 0,
    "sys/fs/cgroup/memory/job/memory.limit_in_bytes": 300 * MB,
    "sys/fs/cgroup/memory/job/memory.usage_in_bytes": 250 * MB,
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, WINDOW_MEMORY),
        ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable: 16000000 kB"}, WINDOW_MEMORY),
        ({"proc/meminfo": "MemAvailable: 100000 kB"}, 81.92 * MB),
        (TWO, 100 * MB),
        (ONE, 40 * MB),
    ],
)
def test_a_window_takes_no_more_than_is_free(
    tmp_path: Path, files: dict[str, object], expected: float
) -> None:
    assert window_memory(system(tmp_path, files)) == pytest.approx(expected)


@pytest.mark.parametrize(("limit", "at_most"), [("50000 100000", 1), ("150000 100000", 2)])
def test_a_quota_of_cores_is_kept_to(tmp_path: Path, limit: str, at_most: int) -> None:
    files = {"proc/self/cgroup": "0::/job", "sys/fs/cgroup/job/cpu.max": limit}
    assert 1 <= usable_cores(system(tmp_path, files)) <= at_most
    assert usable_cores(system(tmp_path, {"sys/fs/cgroup/job/cpu.max": "max 100000"})) >= 1
