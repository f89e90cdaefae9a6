// A server over Streamable HTTP, and what it answers.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

// More than the client waits before it opens a stream again.
const PATIENTLY = 10_000;

export class Http {
    name = 'http';
    #url;
    #revision;
    #messages = [];
    #exchanges = [];
    #complaints = [];

    constructor(url, revision) {
        this.#url = new URL(url);
        this.#revision = revision;
        this.transport = this.#connection();
    }

    lastMessage() {
        return this.#messages.at(-1);
    }

    /** What remains to be checked when all else was; `hear` makes the server tell of a change, if it can. */
    checks(client, newClient, hear) {
        const legacy = {
            'a stream that broke is opened again': () => this.#checkBrokenStream(hear),
            'the session ends when it is deleted': () => this.#checkDelete(),
        };
        const modern = hear && {
            'a subscription that broke can be made again': () => this.#checkBrokenSubscription(client, hear),
        };
        return {
            ...(client.getProtocolEra() === 'legacy' ? legacy : modern),
            'the client comes back': () => this.#checkReturn(client, newClient()),
            'the answers are what HTTP says they are': () => this.#checkAnswers(),
        };
    }

    #streams(method) {
        return this.#exchanges.filter(exchange => exchange.method === method && exchange.stream && exchange.open);
    }

    #connection() {
        return new StreamableHTTPClientTransport(this.#url, { fetch: (url, init) => this.#fetch(url, init) });
    }

    async #checkBrokenStream(hear) {
        const [stream] = this.#streams('GET');
        if (!stream) {
            const refused = this.#exchanges.find(exchange => exchange.method === 'GET');
            assert(refused?.status === 405, `there is none: ${refused}`);
            return 'the server offers none';
        }
        stream.cut();
        const deadline = performance.now() + PATIENTLY;
        while (this.#streams('GET').length === 0) {
            assert(performance.now() < deadline, `not within ${PATIENTLY} ms`);
            await sleep(20);
        }
        return hear?.();
    }

    async #checkBrokenSubscription(client, hear) {
        const { closed, honoredFilter } = client.autoOpenedSubscription;
        this.#streams('POST').find(({ message }) => message.method === 'subscriptions/listen').cut();
        const reason = await Promise.race([closed, sleep(PATIENTLY)]);
        assert(reason === 'remote', `the client says that it ended so: ${reason}`);
        await client.listen(honoredFilter);
        return hear();
    }

    async #checkDelete() {
        const session = this.transport.sessionId;
        assert(session, 'there is no session');
        await this.transport.terminateSession();
        const { method, status } = this.#exchanges.at(-1);
        assert(method === 'DELETE' && status < 300, `the server answered ${method} with ${status}`);
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
        assert(response.status === 404, `what comes after it is answered with ${response.status}`);
    }

    async #checkReturn(client, another) {
        await client.close();
        const transport = this.#connection();
        await another.connect(transport);
        const { tools } = await another.listTools();
        await transport.terminateSession();
        await another.close();
        return `${tools.length} tools`;
    }

    #checkAnswers() {
        assert(this.#complaints.length === 0, this.#complaints.join('; '));
        return `${this.#exchanges.length} answers, ${this.#messages.length} messages`;
    }

    // ---- What goes over the wire ----

    async #fetch(url, init) {
        const response = await fetch(url, init);
        const exchange = new Exchange(init, response);
        this.#exchanges.push(exchange);
        const problem = exchange.problem();
        if (problem) this.#complaints.push(problem);
        if (!response.body) return response;
        const reading = new TransformStream({
            start: controller => (exchange.cut = () => {
                exchange.open = false;
                controller.error(new Error('the connection was cut'));
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
            this.#complaints.push(`${exchange}: ${error.message}`);
        }
    }
}

/** A request, and its answer as it comes in. */
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

    /** What is wrong with the answer's head. */
    problem() {
        if (this.method !== 'POST') return undefined;
        const expected = this.message.id === undefined
            ? this.status === 202
            : (this.status === 200 && this.stream) || this.type === 'application/json';
        return expected ? undefined : `${this}`;
    }

    /** The messages that are complete with this part of the answer, or at its end. */
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
