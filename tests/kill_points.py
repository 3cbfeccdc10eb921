"""Kill a piece of work at every call that changes a disk, in forked children.

`kill_everywhere(work, place)` runs the work once to count its calls, then once for each moment
before, in the middle of (writes) and after each of them. A driver without threads calls it.
"""

import contextlib
import os
import signal
import sys

CALLS = ("open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir")


class Counter:
    """Counts moments, and sends the signal at the one that is asked for."""

    def __init__(self, stop_at=0, number=signal.SIGKILL):
        self.seen, self.stop_at, self.number, self.names = 0, stop_at, number, []

    def moment(self, name):
        self.seen += 1
        self.names.append(name)
        if self.seen == self.stop_at:
            os.kill(os.getpid(), self.number)


def hook(counter):
    """Let every call that changes a disk pass the counter."""
    for call in CALLS:
        if call != "write":
            setattr(os, call, _counted(call, getattr(os, call), counter))
    real = os.fdopen

    def fdopen(descriptor, mode="r", *args, **kwargs):
        file = real(descriptor, mode, *args, **kwargs)
        return _Halves(file, counter) if "w" in mode else file

    os.fdopen = fdopen


def _counted(call, real, counter):
    def counted(*args, **kwargs):
        if call == "open" and not (len(args) > 1 and args[1] & os.O_CREAT):
            return real(*args, **kwargs)
        counter.moment(f"before {call}")
        answer = real(*args, **kwargs)
        counter.moment(f"after {call}")
        return answer

    return counted


class _Halves:
    """A file whose every write has a middle."""

    def __init__(self, file, counter):
        self.file, self.counter = file, counter

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        self.counter.moment("inside write")
        self.file.write(content[len(content) // 2 :])
        return len(content)

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


def in_child(work, counter):
    """Give what a forked child died of (0 when it ended by itself) and the moments it passed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(read)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            hook(counter)
            work()
            code = 0
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr)
        finally:
            with contextlib.suppress(OSError):
                real_write(write, "\n".join(counter.names).encode())
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        names = stream.read().decode().splitlines()
    status = os.waitpid(child, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), names


real_write = os.write


def kill_everywhere(make_place, work, number=signal.SIGKILL):
    """Yield (moment, place, what the child died of) for every moment of `work(place)`."""
    whole = make_place(f"{int(number)}-whole")
    died, names = in_child(lambda: work(whole), Counter())
    assert died == 0, "the work does not end by itself"
    for nth, name in enumerate(names, 1):
        place = make_place(f"{int(number)}-{nth}")
        died, _ = in_child(lambda place=place: work(place), Counter(nth, number))
        yield f"{nth}: {name}", place, died
