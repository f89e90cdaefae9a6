// A server as a process that the official client starts, and what it writes.

import assert from 'node:assert/strict';

import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

// Past this, the client sends signals.
const PROMPTLY = 2_000;

export class Stdio {
    name = 'stdio';
    #process;
    #stdout = '';

    constructor([command, ...args]) {
        const transport = new StdioClientTransport({ command, args, env: process.env });
        const start = transport.start;
        // The transport tells neither what the process wrote besides messages nor its exit code.
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

    /** What remains to be checked when all else was. */
    checks(client) {
        return {
            'the server ends by itself with code 0': () => this.#checkEnd(client),
            'stdout holds messages only': () => this.#checkStdout(),
        };
    }

    async #checkEnd(client) {
        const closing = performance.now();
        await client.close();
        const took = Math.round(performance.now() - closing);
        assert(took < PROMPTLY, `it did not end by itself within ${PROMPTLY} ms`);
        const { exitCode, signalCode } = this.#process;
        assert(exitCode === 0, `exit code ${exitCode}, signal ${signalCode}`);
        return `${took} ms`;
    }

    #checkStdout() {
        const lines = this.#stdout.split('\n');
        assert(lines.pop() === '', 'the last line does not end');
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
