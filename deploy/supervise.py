"""Keep a few child processes alive, and leave none behind.

One `Supervisor` owns every process of the shop: it starts them side by side, writes what they say
to one log file each, starts again what dies, and stops them in order. Only the standard library is
used, so that it runs before anything is installed.

Three walls stand against orphans, because a supervisor can itself be killed:

1. each child leads its own process group, and a stop ends the whole group;
2. a small watchdog process holds one end of a pipe; when the supervisor is gone the pipe closes,
   and the watchdog kills every group that was still running;
3. on Linux the kernel is also asked to kill a child whose parent has died, which holds even when
   supervisor and watchdog are killed together.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from re import Pattern

FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
STEADY_AFTER = 30.0
LARGEST_LOG = 5_000_000
LONGEST_LINE = 65_536
CONSOLE_WIDTH = 160
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """One process to keep alive.

    `stop_seconds` is how long it may take to stop by itself before its whole group is killed;
    `niceness` is how much it gives way to the others (0 to 19); `echo` names the lines that are
    shown on the console as well as written to the log (none: every line).
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    stop_seconds: float = 8.0
    niceness: int = 0
    echo: Pattern[str] | None = None


class Running:
    """A child that has been started at least once, with its log and its record of deaths."""

    def __init__(self, child: Child, log_path: Path) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_again_at: float | None = None
        self.wait = FIRST_WAIT
        self.deaths = 0
        self.last_lines: deque[str] = deque(maxlen=25)
        self.unfinished = b""
        set_large_log_aside(log_path)
        self.log = log_path.open("ab", buffering=0)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Owns `children` from the first start to the last stop.

    Children are started in the given order without waiting for one another, and stopped in the
    reverse order, each within its own `stop_seconds`. `say` receives each line for the console.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        log_directory: Path,
        say: Callable[[str], None] | None = None,
    ) -> None:
        log_directory.mkdir(parents=True, exist_ok=True)
        self.running = [Running(child, log_directory / f"{child.name}.log") for child in children]
        self.say = say or say_at_once
        self.stop_asked = 0
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._watchdog: Watchdog | None = None

    def start(self) -> None:
        """Begin listening for signals and start every child."""
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asked to be left alone
                signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._watchdog = Watchdog()
        for running in self.running:
            self._launch(running)

    def run(self) -> None:
        """Keep the children alive until a stop signal comes, then stop them."""
        try:
            while not self.stop_asked:
                self.step(1.0)
        finally:
            self.stop()

    def step(self, seconds: float) -> None:
        """Forward what the children say, and start again whatever has died.

        Waits at most `seconds` for something to happen.
        """
        now = time.monotonic()
        due = [r.start_again_at for r in self.running if r.start_again_at is not None]
        wait = max(0.0, min([seconds, *(at - now for at in due)]))
        self._forward(wait)
        if self.stop_asked:
            return
        if self._watchdog is not None and not self._watchdog.alive:
            self._replace_watchdog()
        for running in self.running:
            if running.start_again_at is not None:
                if time.monotonic() >= running.start_again_at:
                    self._launch(running)
            elif not running.alive:
                self._note_death(running)

    def stop(self) -> None:
        """Stop every child in reverse order; a second stop signal kills what is left at once."""
        for running in reversed(self.running):
            self._end(running)
            self._drain(running)
            running.log.close()
        if self._watchdog is not None:
            self._watchdog.dismiss()

    def find(self, name: str) -> Running:
        """The child called `name`; KeyError when there is none."""
        for running in self.running:
            if running.child.name == name:
                return running
        raise KeyError(name)

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stop_asked += 1

    def _launch(self, running: Running) -> None:
        child = running.child
        watchdog = self._watchdog
        assert watchdog is not None
        parent = os.getpid()

        def before_exec() -> None:
            watchdog.remember(os.getpid())
            die_with_parent(parent)
            if child.niceness:
                os.nice(child.niceness)

        # The supervisor has one thread only, so running Python between fork and exec is safe.
        running.process = subprocess.Popen(
            child.command,
            cwd=child.directory,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec,
        )
        assert running.process.stdout is not None
        os.set_blocking(running.process.stdout.fileno(), False)
        self._selector.register(running.process.stdout, selectors.EVENT_READ, running)
        running.started_at = time.monotonic()
        running.start_again_at = None

    def _note_death(self, running: Running) -> None:
        process = running.process
        assert process is not None
        self._kill_group(running)
        self._drain(running)
        lived = time.monotonic() - running.started_at
        running.wait = FIRST_WAIT if lived >= STEADY_AFTER else running.wait
        running.deaths += 1
        running.start_again_at = time.monotonic() + running.wait
        self.say(
            f"{running.child.name} ended ({describe_exit(process.returncode)}); "
            f"starting it again in {running.wait:.0f} s"
        )
        running.wait = min(running.wait * 2, LONGEST_WAIT)

    def _end(self, running: Running) -> None:
        process = running.process
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            deadline = time.monotonic() + running.child.stop_seconds
            while process.poll() is None and time.monotonic() < deadline and self.stop_asked < 2:
                self._forward(min(0.2, max(0.0, deadline - time.monotonic())))
        self._kill_group(running)
        process.wait()

    def _kill_group(self, running: Running) -> None:
        """Kill what is left of a child's group: the leader may be gone and its helpers not."""
        process = running.process
        assert process is not None
        assert self._watchdog is not None
        # The kernel keeps a group's number taken for as long as one member is alive; when no
        # member is alive there is nothing to kill and ProcessLookupError says so.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._watchdog.forget(process.pid)

    def _replace_watchdog(self) -> None:
        self._watchdog = Watchdog()
        for running in self.running:
            if running.alive and running.process is not None:
                self._watchdog.remember(running.process.pid)

    def _forward(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 512)
            else:
                self._read_some(key.data)

    def _read_some(self, running: Running) -> bool:
        """Take what a child has written; False when there is nothing more to take now."""
        stream = running.process.stdout if running.process else None
        if stream is None or stream.closed:
            return False
        try:
            block = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        if not block:
            self._selector.unregister(stream)
            stream.close()
            return False
        *lines, running.unfinished = (running.unfinished + block).split(b"\n")
        if len(running.unfinished) > LONGEST_LINE:
            lines.append(running.unfinished)
            running.unfinished = b""
        for line in lines:
            self._write_line(running, line)
        return True

    def _drain(self, running: Running) -> None:
        while self._read_some(running):
            pass
        if running.unfinished:
            self._write_line(running, running.unfinished)
            running.unfinished = b""
        stream = running.process.stdout if running.process else None
        if stream is not None and not stream.closed:
            self._selector.unregister(stream)
            stream.close()

    def _write_line(self, running: Running, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        running.log.write(f"{stamp} {running.child.name} | {text}\n".encode())
        running.last_lines.append(text)
        if text and (running.child.echo is None or running.child.echo.search(text)):
            self.say(shorten(f"{running.child.name} | {text}"))


class Watchdog:
    """A second process that outlives the supervisor just long enough to clear up after it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).resolve()), "--watchdog"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def remember(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Let it go: nothing is running any more."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # One write of a few bytes is atomic, so children may speak through the same pipe. A
        # watchdog that has died is replaced in the next step.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, line.encode())


def watch_standard_input() -> None:
    """The watchdog's life: learn the groups, and kill those left when the pipe closes."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[0], int(line[1:])
        groups.add(group) if change == "+" else groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ask Linux for signal `by` when our parent dies; elsewhere the watchdog alone serves."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, by, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the kernel was asked.
        os.kill(os.getpid(), by)


def set_large_log_aside(path: Path) -> None:
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))


def describe_exit(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def shorten(line: str, width: int = CONSOLE_WIDTH) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"


def say_at_once(line: str) -> None:
    # A closed console must not take the shop down with it.
    with contextlib.suppress(BrokenPipeError, OSError):
        print(line, flush=True)


# Loaded here because a forked child should do as little as possible before it becomes itself.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

if __name__ == "__main__" and sys.argv[1:] == ["--watchdog"]:
    watch_standard_input()
