// A server process that the official client starts, and its output.

import assert from 'node:assert/strict';

import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

// After this time, the client sends signals.
const MAX_DELAY = 2_000;

export class Stdio {
    name = 'stdio';
    #process;
    #stdout = '';

    constructor([command, ...args]) {
        const transport = new StdioClientTransport({ command, args, env: process.env });
        const start = transport.start;
        // The transport reports neither output other than messages nor the exit code.
        transport.start = async () => {
            await start.call(transport);
            this.#process = transport._process;
            this.#process.stdout.on('data', data => (this.#stdout += data));
        };
        this.transport = transport;
    }

    lastMessage() {
        return JSON.parse(this.#stdout.trimEnd().split('\n').at(-1));
    }

    /** Returns the last checks of a connected client. */
    checks(client) {
        return {
            'the server exits by itself with code 0': () => this.#checkExit(client),
            'stdout contains only messages': () => this.#checkStdout(),
        };
    }

    async #checkExit(client) {
        const closing = performance.now();
        await client.close();
        const took = Math.round(performance.now() - closing);
        assert(took < MAX_DELAY, `the server did not exit by itself within ${MAX_DELAY} ms`);
        const { exitCode, signalCode } = this.#process;
        assert(exitCode === 0, `exit code ${exitCode}, signal ${signalCode}`);
        return `${took} ms`;
    }

    #checkStdout() {
        const lines = this.#stdout.split('\n');
        assert(lines.pop() === '', 'the last line is not terminated');
        for (const line of lines) {
            try {
                assert(JSON.parse(line).jsonrpc === '2.0');
            } catch {
                throw new Error(`not a message: ${line.slice(0, 500)}`);
            }
        }
        return `${lines.length} messages`;
    }
}
