"""Logs are put aside before they grow too large, and shown from their end."""

from __future__ import annotations

from pathlib import Path

from nightdesk_hub.launcher.logfile import KEPT, rotate, tail


def test_a_large_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    with path.open("ab", buffering=0) as writer:
        for number in range(KEPT + 3):
            writer.write(b"%d" % number * 200)
            assert rotate(path, limit=100)
        writer.write(b"last\n")
    assert path.read_bytes() == b"last\n"
    assert (tmp_path / "it.log.1").read_bytes() == b"%d" % (KEPT + 2) * 200
    assert sorted(found.name for found in tmp_path.iterdir()) == ["it.log"] + [
        f"it.log.{number + 1}" for number in range(KEPT)
    ]


def test_a_small_log_stays(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_text("x")
    assert not rotate(path, limit=1)
    assert path.read_text() == "x"


def test_tail_gives_the_last_lines_of_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.write_text("".join(f"line {number} {'x' * 50}\n" for number in range(5000)))
    assert [line.split()[1] for line in tail(path, 200)] == [str(number) for number in range(4800, 5000)]
    assert tail(path, 0) == []
    path.write_text("a\nb")
    assert tail(path, 5) == ["a", "b"]
