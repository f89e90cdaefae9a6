"""A server as a process that the official client starts."""

import os
import time

from mcp import StdioServerParameters
from mcp.client import stdio

# Past this, the client sends signals.
PROMPTLY = 2.0


class Stdio:
    name = "stdio"

    def __init__(self, command):
        self.command, *self.arguments = command
        self.processes = remember_processes()

    def connection(self):
        return StdioServerParameters(command=self.command, args=self.arguments, env=dict(os.environ))

    def checks(self, _client, _hear):
        """What remains to be checked when all else was."""
        self.closing = time.monotonic()
        return {}

    def checks_afterwards(self, _new_client):
        """What can only be checked when the client has left."""
        return {"the server ends by itself with code 0": self.check_end}

    async def check_end(self):
        took = time.monotonic() - self.closing
        assert took < PROMPTLY, f"it did not end by itself within {PROMPTLY} s"
        code = self.processes[-1].returncode
        assert code == 0, f"exit code {code}"
        return f"{took * 1000:.0f} ms"


def remember_processes():
    """The client does not tell the exit code of the process that it starts."""
    processes, start = [], stdio._create_platform_compatible_process

    async def remembering(*arguments, **named):
        processes.append(await start(*arguments, **named))
        return processes[-1]

    stdio._create_platform_compatible_process = remembering
    return processes
