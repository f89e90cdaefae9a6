// A server over Streamable HTTP, and its HTTP responses.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

// Longer than the client's delay before it reopens a stream.
const TIMEOUT = 10_000;

export class Http {
    name = 'http';
    #url;
    #revision;
    #messages = [];
    #exchanges = [];
    #problems = [];

    constructor(url, revision) {
        this.#url = new URL(url);
        this.#revision = revision;
        this.transport = this.#connection();
    }

    lastMessage() {
        return this.#messages.at(-1);
    }

    /** Returns the last checks of a connected client. `notified` checks notifications of changes, if there are any. */
    checks(client, newClient, notified) {
        const legacy = {
            'a broken stream is reopened': () => this.#checkBrokenStream(notified),
            'a deleted session has ended': () => this.#checkDelete(),
        };
        const modern = notified && {
            'a broken subscription can be renewed': () => this.#checkBrokenSubscription(client, notified),
        };
        return {
            ...(client.getProtocolEra() === 'legacy' ? legacy : modern),
            'the client can reconnect': () => this.#checkReconnect(client, newClient()),
            'the HTTP responses are valid': () => this.#checkResponses(),
        };
    }

    #streams(method) {
        return this.#exchanges.filter(exchange => exchange.method === method && exchange.stream && exchange.open);
    }

    #connection() {
        return new StreamableHTTPClientTransport(this.#url, { fetch: (url, init) => this.#fetch(url, init) });
    }

    async #checkBrokenStream(notified) {
        const [stream] = this.#streams('GET');
        if (!stream) {
            const rejected = this.#exchanges.find(exchange => exchange.method === 'GET');
            assert(rejected?.status === 405, `there is no stream: ${rejected}`);
            return 'the server has no GET stream';
        }
        stream.breakConnection();
        const deadline = performance.now() + TIMEOUT;
        while (this.#streams('GET').length === 0) {
            assert(performance.now() < deadline, `the stream was not reopened within ${TIMEOUT} ms`);
            await sleep(20);
        }
        return notified?.();
    }

    async #checkBrokenSubscription(client, notified) {
        const { closed, honoredFilter } = client.autoOpenedSubscription;
        this.#streams('POST').find(({ message }) => message.method === 'subscriptions/listen').breakConnection();
        const reason = await Promise.race([closed, sleep(TIMEOUT)]);
        assert(reason === 'remote', `the client reports the reason ${reason}`);
        await client.listen(honoredFilter);
        return notified();
    }

    async #checkDelete() {
        const session = this.transport.sessionId;
        assert(session, 'there is no session');
        await this.transport.terminateSession();
        const { method, status } = this.#exchanges.at(-1);
        assert(method === 'DELETE' && status < 300, `the response to ${method} has the status ${status}`);
        const response = await fetch(this.#url, {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
                'mcp-session-id': session,
                'mcp-protocol-version': this.#revision,
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
        });
        await response.text();
        assert(response.status === 404, `a request after DELETE has the status ${response.status}`);
    }

    async #checkReconnect(client, another) {
        await client.close();
        const transport = this.#connection();
        await another.connect(transport);
        const { tools } = await another.listTools();
        await transport.terminateSession();
        await another.close();
        return `${tools.length} tools`;
    }

    #checkResponses() {
        assert(this.#problems.length === 0, this.#problems.join('; '));
        return `${this.#exchanges.length} responses, ${this.#messages.length} messages`;
    }

    // ---- Recording of requests and responses ----

    async #fetch(url, init) {
        const response = await fetch(url, init);
        const exchange = new Exchange(init, response);
        this.#exchanges.push(exchange);
        const problem = exchange.problem();
        if (problem) this.#problems.push(problem);
        if (!response.body) return response;
        const reading = new TransformStream({
            start: controller => (exchange.breakConnection = () => {
                exchange.open = false;
                controller.error(new Error('the connection is broken'));
            }),
            transform: (chunk, controller) => {
                this.#read(exchange, chunk);
                controller.enqueue(chunk);
            },
            flush: () => this.#read(exchange),
        });
        return new Response(response.body.pipeThrough(reading), response);
    }

    #read(exchange, chunk) {
        try {
            this.#messages.push(...exchange.read(chunk));
        } catch (error) {
            this.#problems.push(`${exchange}: ${error.message}`);
        }
    }
}

/** A request, and its response as it is received. */
class Exchange {
    open = true;
    #decoder = new TextDecoder();
    #text = '';

    constructor({ method = 'GET', body }, response) {
        this.method = method;
        this.message = body && JSON.parse(body);
        this.status = response.status;
        this.type = response.headers.get('content-type')?.split(';')[0];
        this.stream = this.type === 'text/event-stream';
    }

    toString() {
        return `${this.method} ${this.message?.method ?? ''}: ${this.status} ${this.type ?? ''}`;
    }

    /** Returns the problem of the response's head, if there is one. */
    problem() {
        if (this.method !== 'POST') return undefined;
        const isValid = this.message.id === undefined
            ? this.status === 202
            : (this.status === 200 && this.stream) || this.type === 'application/json';
        return isValid ? undefined : `${this}`;
    }

    /** Returns the messages that are completed by this chunk of the response, or by its end. */
    read(chunk) {
        this.open &&= chunk !== undefined;
        this.#text += this.#decoder.decode(chunk, { stream: this.open });
        if (this.stream) return this.#events();
        if (this.open || this.type !== 'application/json') return [];
        return [parse(this.#text)];
    }

    #events() {
        const events = this.#text.split(/\r?\n\r?\n/);
        this.#text = events.pop();
        return events.map(dataOf).filter(Boolean).map(parse);
    }
}

function dataOf(event) {
    const lines = event.split(/\r?\n/).filter(line => line.startsWith('data:'));
    return lines.map(line => line.slice('data:'.length).trim()).join('\n');
}

function parse(text) {
    const message = JSON.parse(text);
    assert(message.jsonrpc === '2.0', `not a message: ${text.slice(0, 500)}`);
    return message;
}
