// The workload on the official TypeScript SDK, written as in its documentation.
//
//     node workload.mjs --http PORT

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler, fromJsonSchema } from '@modelcontextprotocol/server';
import { z } from 'zod';

// The schemas are created once, since a server is built for each session, and in the modern era for each request.
const dummies = JSON.parse(readFileSync(new URL('../dummy_tools.json', import.meta.url), 'utf8')).map(
    ({ name, description, inputSchema }) => ({ name, description, inputSchema: fromJsonSchema(inputSchema) }),
);
const echoInput = z.object({ text: z.string() });
const addInput = z.object({ a: z.int(), b: z.int() });
const addOutput = z.object({ sum: z.int() });
const blobInput = z.object({ size: z.int().nonnegative(), pad: z.string().optional() });

const text = (text) => ({ content: [{ type: 'text', text }] });

function buildServer() {
    const server = new McpServer({ name: 'typescript-workload', version: '0.0.0' });
    server.registerTool('echo', { description: 'Returns the text.', inputSchema: echoInput }, ({ text: echoed }) =>
        text(echoed),
    );
    server.registerTool(
        'add',
        { description: 'Adds two integers.', inputSchema: addInput, outputSchema: addOutput },
        ({ a, b }) => {
            const structuredContent = { sum: a + b };
            return { ...text(JSON.stringify(structuredContent)), structuredContent };
        },
    );
    server.registerTool('blob', { description: 'Returns a text of a size.', inputSchema: blobInput }, ({ size, pad }) =>
        text('x'.repeat(size) + (pad === undefined ? '' : `:${Buffer.byteLength(pad)}`)),
    );
    for (const { name, ...config } of dummies) {
        server.registerTool(name, config, () => text(''));
    }
    server.registerResource('static', 'bench://static', { mimeType: 'text/plain' }, (uri) => ({
        contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'static benchmark resource' }],
    }));
    return server;
}

const modern = toNodeHandler(createMcpHandler(buildServer, { legacy: 'reject' }));

// One transport per session, as in the SDK's guide to sessions.
const sessions = new Map();

async function legacy(request, response) {
    const id = request.headers['mcp-session-id'];
    if (id !== undefined) {
        const session = sessions.get(id);
        return session === undefined
            ? reject(response, 404, 'Session not found')
            : session.handleRequest(request, response);
    }
    const transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void sessions.set(session, transport),
    });
    transport.onclose = () => void sessions.delete(transport.sessionId);
    await buildServer().connect(transport);
    // The transport rejects messages other than `initialize`.
    await transport.handleRequest(request, response);
}

function reject(response, status, message) {
    const error = { jsonrpc: '2.0', id: null, error: { code: -32001, message } };
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(error));
}

const [flag, port] = process.argv.slice(2);
if (flag !== '--http' || !port) {
    console.error('usage: node workload.mjs --http PORT');
    process.exit(2);
}
const server = createServer((request, response) => {
    if (request.url !== '/mcp') {
        response.writeHead(404).end();
        return;
    }
    // The era is determined by a header, which is cheaper than parsing the body twice.
    const handle = request.headers['mcp-protocol-version'] === '2026-07-28' ? modern : legacy;
    void handle(request, response);
});
// The default of five seconds is too short for the measurement of idle connections.
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1');
