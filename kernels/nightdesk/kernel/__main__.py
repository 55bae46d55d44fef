"""``python -m nightdesk.kernel install`` installs the kernel; with ``-f FILE`` a Jupyter server runs it."""

from __future__ import annotations

import sys


def main() -> None:
    """Install the kernel, or be it."""
    if sys.argv[1:2] == ["install"]:
        from nightdesk.kernel.install import command

        command(sys.argv[2:])
        return
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(extra_extensions=["nightdesk.kernel.extension"])


if __name__ == "__main__":
    main()
