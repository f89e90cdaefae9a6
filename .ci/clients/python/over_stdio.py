"""A server process that the official client starts."""

import os
import time

from mcp import StdioServerParameters
from mcp.client import stdio

# After this time, the client sends signals.
MAX_DELAY = 2.0


class Stdio:
    name = "stdio"

    def __init__(self, command):
        self.command, *self.arguments = command
        self.processes = record_processes()

    def connection(self):
        return StdioServerParameters(command=self.command, args=self.arguments, env=dict(os.environ))

    def checks(self, _client, _notified):
        """Returns the last checks of a connected client."""
        self.closing = time.monotonic()
        return {}

    def checks_after_close(self, _new_client):
        """Returns the checks after the client has closed its connection."""
        return {"the server exits by itself with code 0": self.check_exit}

    async def check_exit(self):
        took = time.monotonic() - self.closing
        assert took < MAX_DELAY, f"the server did not exit by itself within {MAX_DELAY} s"
        code = self.processes[-1].returncode
        assert code == 0, f"exit code {code}"
        return f"{took * 1000:.0f} ms"


def record_processes():
    """Records the processes that the client starts, since it does not report their exit codes."""
    processes, start = [], stdio._create_platform_compatible_process

    async def start_and_record(*arguments, **named):
        processes.append(await start(*arguments, **named))
        return processes[-1]

    stdio._create_platform_compatible_process = start_and_record
    return processes
