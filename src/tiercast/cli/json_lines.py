"""A filter that makes every line one JSON object; other text becomes its message.

Run as a program of its own it reads what libraries, the JVM of Spark and Python itself write to
stderr, too; a thread would be held up by whoever holds Python's lock, and lost in a crash.
"""

import json
import signal
import sys
from collections.abc import Iterable, Iterator


def json_lines(lines: Iterable[bytes]) -> Iterator[str]:
    r"""Return the lines as JSON; of one that was drawn over itself (`\r`) the last state alone.

    Examples
    --------
    >>> for line in json_lines([b'{"event": "stage"}\n', b"\n", b"10%\r100%\n", b"WARN low disk"]):
    ...     print(line)
    {"event": "stage"}
    {"event": "log", "message": "100%"}
    {"event": "log", "message": "WARN low disk"}
    """
    for raw in lines:
        line = raw.decode("utf-8", errors="replace").rstrip().rpartition("\r")[2]
        if line:
            yield line if _is_object(line) else _as_message(line)


def _is_object(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _as_message(line: str) -> str:
    return json.dumps({"event": "log", "message": line}, ensure_ascii=False)


def main() -> None:
    """Filter stdin to stdout until it ends, ignoring the signals that end the job."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for line in json_lines(sys.stdin.buffer):
        sys.stdout.buffer.write(f"{line}\n".encode())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
