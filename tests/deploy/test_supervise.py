"""The supervisor with small stand-in children: it restarts, stops in order and leaves no orphan."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="these tests look at processes through /proc"
)

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"

LAUNCHER = """
import signal
import sys
from pathlib import Path
for number in (signal.SIGINT, signal.SIGHUP):  # a CI in the background may have them ignored
    signal.signal(number, signal.SIG_DFL)
sys.path.insert(0, {deploy!r})
import supervise
from supervise import Child, Supervisor
supervise.FIRST_WAIT = 0.1
here = Path({here!r})
children = [
    Child(name, [sys.executable, "-S", f"{{name}}.py"], directory=here, stop_seconds=1.0)
    for name in {names!r}
]
supervisor = Supervisor(children, log_directory=here / "log")
supervisor.start()
supervisor.run()
"""

# Writes its id and that of a helper of its own, then lives until it is told to stop.
OBEDIENT = """
import os, subprocess, sys, time
from pathlib import Path
helper = subprocess.Popen(["sleep", "300"])
with Path("{name}.ids").open("a") as ids:
    ids.write(f"{{os.getpid()}} {{helper.pid}}\\n")
print("ready", flush=True)
import signal
def stop(number, frame):
    with Path("stopped").open("a") as order:
        order.write("{name}\\n")
    helper.kill()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
while True:
    time.sleep(60)
"""

BROKEN = """
import sys, time
with open("attempts", "a") as attempts:
    attempts.write(f"{{time.time()}}\\n")
print("cannot start")
sys.exit(3)
"""

STUBBORN = OBEDIENT.replace("signal.SIGTERM, stop", "signal.SIGTERM, signal.SIG_IGN")


class Stage:
    """One supervisor process in a directory of its own, with a child for each script."""

    def __init__(self, directory: Path, **scripts: str) -> None:
        self.directory = directory
        for name, script in scripts.items():
            (directory / f"{name}.py").write_text(script.format(name=name))
        launcher = directory / "launcher.py"
        launcher.write_text(
            LAUNCHER.format(deploy=str(DEPLOY), here=str(directory), names=list(scripts))
        )
        self.supervisor = subprocess.Popen(
            [sys.executable, "-S", str(launcher)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for name, script in scripts.items():
            if script is not BROKEN:
                wait_until(lambda name=name: self.generations(name), f"{name} to start")

    def watchdogs(self) -> list[int]:
        """The watchdog processes of this supervisor that are alive."""
        children = Path(f"/proc/{self.supervisor.pid}/task/{self.supervisor.pid}/children")
        numbers = [int(number) for number in children.read_text().split()]
        return [number for number in numbers if is_alive(number) and is_watchdog(number)]

    def generations(self, name: str) -> list[tuple[int, int]]:
        """The (child, helper) ids of each life of a child, oldest first."""
        path = self.directory / f"{name}.ids"
        if not path.exists():
            return []
        complete = path.read_text().rpartition("\n")[0].splitlines()
        return [(int(first), int(second)) for first, second in map(str.split, complete)]

    def everyone(self) -> list[int]:
        ids = [self.generations(path.stem) for path in self.directory.glob("*.ids")]
        return [number for lives in ids for life in lives for number in life]

    def tear_down(self) -> None:
        for number in [self.supervisor.pid, *self.everyone()]:
            if is_alive(number):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
        self.supervisor.communicate(timeout=10)


def is_alive(number: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def is_watchdog(number: int) -> bool:
    return b"--watchdog" in Path(f"/proc/{number}/cmdline").read_bytes()


def wait_until(holds: Callable[[], object], what: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def gone(numbers: list[int]) -> bool:
    return not any(is_alive(number) for number in numbers)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    stages: list[Stage] = []

    def set_up(**scripts: str) -> Stage:
        stages.append(Stage(tmp_path, **scripts))
        return stages[-1]

    yield set_up
    for each in stages:
        each.tear_down()


def test_a_child_that_is_killed_comes_back_and_its_helper_does_not_linger(stage):
    scene = stage(worker=OBEDIENT)
    child, helper = scene.generations("worker")[0]

    os.kill(child, signal.SIGKILL)

    wait_until(lambda: len(scene.generations("worker")) == 2, "the second life")
    assert gone([child, helper])
    second_child, _ = scene.generations("worker")[1]
    assert is_alive(second_child)


def test_a_child_that_keeps_failing_is_tried_less_and_less_often(stage):
    scene = stage(web=OBEDIENT, broken=BROKEN)
    attempts = scene.directory / "attempts"

    def tried() -> int:
        return attempts.read_text().count("\n") if attempts.exists() else 0

    wait_until(lambda: tried() >= 4, "the fourth attempt")
    times = [float(line) for line in attempts.read_text().split()[:4]]

    scene.supervisor.send_signal(signal.SIGTERM)
    said = scene.supervisor.communicate(timeout=10)[0].splitlines()

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] >= 0.1
    assert pauses[1] >= 0.2
    assert pauses[2] >= 0.4
    assert any(line.startswith("broken ended (exit code 3)") for line in said)
    assert "broken | cannot start" in (scene.directory / "log" / "broken.log").read_text()
    assert len(scene.generations("web")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_everything_in_reverse_order(stage, number):
    scene = stage(simulator=OBEDIENT, worker=OBEDIENT, web=OBEDIENT)
    everyone = scene.everyone()

    scene.supervisor.send_signal(number)

    assert scene.supervisor.wait(timeout=10) == 0
    assert gone(everyone)
    assert (scene.directory / "stopped").read_text().split() == ["web", "worker", "simulator"]


def test_a_child_that_will_not_stop_is_killed_with_its_helper(stage):
    scene = stage(worker=STUBBORN, web=OBEDIENT)
    everyone = scene.everyone()
    started = time.monotonic()

    scene.supervisor.send_signal(signal.SIGTERM)

    assert scene.supervisor.wait(timeout=10) == 0
    assert time.monotonic() - started >= 1.0
    assert gone(everyone)


def test_no_orphan_is_left_when_the_supervisor_itself_is_killed(stage):
    scene = stage(worker=STUBBORN, web=OBEDIENT)
    everyone = scene.everyone()
    assert len(everyone) == 4

    scene.supervisor.kill()

    wait_until(lambda: gone(everyone), "all children and their helpers to be gone", seconds=5)


def test_no_child_is_left_when_supervisor_and_watchdog_are_killed_together(stage):
    scene = stage(worker=STUBBORN)
    child, _ = scene.generations("worker")[0]
    (watchdog,) = scene.watchdogs()

    os.kill(scene.supervisor.pid, signal.SIGSTOP)
    os.kill(watchdog, signal.SIGKILL)
    scene.supervisor.kill()

    wait_until(lambda: not is_alive(child), "the child to be gone", seconds=5)


def test_a_watchdog_that_dies_is_replaced_and_still_guards(stage):
    scene = stage(worker=STUBBORN)
    everyone = scene.everyone()

    (first,) = scene.watchdogs()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: set(scene.watchdogs()) - {first}, "a new watchdog")
    scene.supervisor.kill()

    wait_until(lambda: gone(everyone), "all children and their helpers to be gone", seconds=5)


def test_long_lines_are_whole_in_the_log_and_short_on_the_console(stage):
    long_line = "ผ้า" * 300
    scene = stage(web=OBEDIENT.replace("ready", long_line))
    log = scene.directory / "log" / "web.log"
    wait_until(lambda: log.exists() and long_line in log.read_text(), "the line in the log")

    scene.supervisor.send_signal(signal.SIGTERM)

    said = scene.supervisor.communicate(timeout=10)[0].splitlines()
    (shown,) = [line for line in said if "ผ้า" in line]
    assert shown.startswith("web | ผ้า")
    assert len(shown) == 160
