// Tests a server with the official TypeScript client, in one revision of the protocol.
//
//   node check.mjs <cases.json> <revision> <server's name and version> <URL | command…>
//
// The cases specify requests and expected results; ../python/check.py uses the same file.

import ensure from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from '@modelcontextprotocol/client';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';

import { Http } from './over-http.mjs';
import { Stdio } from './over-stdio.mjs';

const [file, revision, identity, ...target] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(file, 'utf8'));
const modern = revision >= '2026-07-28';
const structured = revision >= '2025-06-18';
const schemas = new AjvJsonSchemaValidator();

// More than the number of worker threads that a server is likely to have.
const CALLS_TO_CANCEL = 8;
const MAX_DELAY = 2_000;
const TIMEOUT = 10_000;
const options = { timeout: 30_000 };

let failed = false;

async function check(subject, body) {
    let verdict = 'ok  ';
    let note;
    try {
        note = await body();
    } catch (error) {
        [verdict, note] = ['FAIL', String(error?.message ?? error).replace(/\s+/g, ' ').slice(0, 1_000)];
        failed = true;
    }
    console.log(`${verdict} typescript ${server.name.padEnd(5)} ${revision}  ${subject}${note ? `: ${note}` : ''}`);
    return verdict === 'ok  ';
}

/** Returns true if the actual value has all members of the expected objects and is otherwise equal. */
function contains(actual, expected) {
    if (Array.isArray(expected)) {
        return actual?.length === expected.length && expected.every((item, index) => contains(actual[index], item));
    }
    if (expected !== null && typeof expected === 'object') {
        return Object.entries(expected).every(([key, value]) => contains(actual?.[key], value));
    }
    return actual === expected;
}

function expectText(text, expected = []) {
    for (const part of [expected].flat()) {
        ensure(text.includes(part), `no ${JSON.stringify(part)} in ${text.slice(0, 500)}`);
    }
}

function ensureListed(listed, expected) {
    for (const name of Object.keys(expected)) ensure(listed.some(item => item.name === name), `${name} is not listed`);
}

const textOf = contents => contents.map(content => content.text ?? content.resource?.text ?? '').join('\n');

// ---- Connection ----

const server = /^https?:/.test(target[0]) ? new Http(target[0], revision) : new Stdio(target);
const changes = new EventEmitter();

function newClient() {
    const mode = modern ? { versionNegotiation: { mode: 'auto' } } : { supportedProtocolVersions: [revision] };
    const listChanged = cases.changes && Object.fromEntries(cases.changes.map(({ list }) =>
        [list, { onChanged: (error, items) => changes.emit(list, error, items) }]));
    return new Client({ name: 'typescript-check', version: '1' }, { ...mode, listChanged });
}

const client = newClient();
const errors = [];
client.onerror = error => errors.push(error.message);

function call({ name, arguments: values }, callOptions = {}) {
    return client.callTool({ name, arguments: values }, { ...options, ...callOptions });
}

/** Checks that the request fails with this error code. */
async function expectCode(request, expected) {
    const describe = result => JSON.stringify(result).slice(0, 300);
    const got = await request.then(describe, error => error.code ?? error.message);
    ensure(got === expected, `expected the error ${expected}, got ${got}`);
}

// ---- Checks ----

async function connect() {
    await client.connect(server.transport, options);
    const { name, version } = client.getServerVersion() ?? {};
    ensure(client.getNegotiatedProtocolVersion() === revision, `negotiated ${client.getNegotiatedProtocolVersion()}`);
    ensure(client.getProtocolEra() === (modern ? 'modern' : 'legacy'), `the era is ${client.getProtocolEra()}`);
    ensure(!identity || `${name} ${version}` === identity, `the server is ${name} ${version}, not ${identity}`);
    return `${client.getProtocolEra()}, ${name} ${version}`;
}

async function checkTools() {
    let tools = [];
    await check('tools: list', async () => {
        ({ tools } = await client.listTools(undefined, options));
        ensureListed(tools, cases.tools);
        return `${tools.length}`;
    });
    for (const tool of tools) {
        await check(`tool ${tool.name}: schemas`, () => {
            schemas.getValidator(tool.inputSchema);
            if (tool.outputSchema) schemas.getValidator(tool.outputSchema);
            ensure(cases.tools[tool.name]?.length > 0, 'there is no case for this tool');
        });
        for (const [index, testCase] of (cases.tools[tool.name] ?? []).entries()) {
            await check(`tool ${tool.name}: case ${index + 1}`, () => checkCall(tool, testCase));
        }
    }
    await check('an unknown tool is a protocol error', () =>
        expectCode(call({ name: 'no_such_tool', arguments: {} }), -32602));
}

async function checkCall(tool, testCase) {
    if (!testCase.isError) {
        const { valid, errorMessage } = schemas.getValidator(tool.inputSchema)(testCase.arguments);
        ensure(valid, `the arguments do not match the schema: ${errorMessage}`);
    }
    const request = call({ name: tool.name, arguments: testCase.arguments });
    if (testCase.error) return expectCode(request, testCase.error);
    const result = await request;
    const text = textOf(result.content);
    ensure(Boolean(result.isError) === Boolean(testCase.isError), `isError is ${result.isError}: ${text.slice(0, 500)}`);
    expectText(text, testCase.text);
    if (testCase.structured && structured) {
        const content = result.structuredContent;
        const got = JSON.stringify(content)?.slice(0, 500);
        ensure(contains(content, testCase.structured), `the structured content is ${got}`);
    }
}

async function checkCancel({ slow, then }) {
    const abort = new AbortController();
    const results = [];
    const calls = Array.from({ length: CALLS_TO_CANCEL }, () =>
        call(slow, { signal: abort.signal }).then(result => results.push(result), error => error));
    await sleep(500);
    const completed = JSON.stringify(results[0])?.slice(0, 500);
    ensure(results.length === 0, `the call completed before it was cancelled: ${completed}`);
    const aborted = performance.now();
    abort.abort();
    await Promise.all(calls);
    ensure(performance.now() - aborted < MAX_DELAY, 'the client did not cancel the calls in time');
    const called = performance.now();
    await call(then);
    const took = Math.round(performance.now() - called);
    ensure(took < MAX_DELAY, `the next call took ${took} ms`);
    // A response to a cancelled call would arrive now, and the client would report an error.
    await sleep(500);
    return `the next call took ${took} ms`;
}

async function checkProgress(testCase) {
    const values = [];
    await call(testCase, { onprogress: ({ progress }) => values.push(progress) });
    ensure(values.length > 1, `expected at least 2 notifications, got ${values.length}`);
    ensure(values.every((value, index) => index === 0 || value > values[index - 1]), `the progress does not increase: ${values}`);
    return `${values.length} notifications`;
}

async function checkResources({ listed, templates, read, unknown }) {
    await check('resources: list', async () => {
        const { resources } = await client.listResources(undefined, options);
        const uris = resources.map(resource => resource.uri);
        for (const uri of listed) ensure(uris.includes(uri), `${uri} is not in ${uris}`);
        for (const uri of uris) await client.readResource({ uri }, options);
        return `${uris.length}, all readable`;
    });
    await check('resources: templates', async () => {
        const { resourceTemplates } = await client.listResourceTemplates(undefined, options);
        const patterns = resourceTemplates.map(template => template.uriTemplate);
        for (const template of templates) ensure(patterns.includes(template), `${template} is not in ${patterns}`);
        return `${patterns.length}`;
    });
    for (const { uri, text } of read) {
        await check(`resource ${uri}`, async () => {
            const { contents } = await client.readResource({ uri }, options);
            expectText(textOf(contents), text);
        });
    }
    for (const uri of unknown) {
        await check(`unknown resource ${uri}`, async () => {
            await expectCode(client.readResource({ uri }, options), -32602);
            // The client reports -32602 for both codes, so the code is read from the server's message.
            const { code } = server.lastMessage().error;
            ensure(code === (modern ? -32602 : -32002), `the server's error code is ${code}`);
        });
    }
}

async function checkPrompts(promptCases) {
    let prompts = [];
    await check('prompts: list', async () => {
        ({ prompts } = await client.listPrompts(undefined, options));
        ensureListed(prompts, promptCases);
        return `${prompts.length}`;
    });
    for (const { name } of prompts) {
        await check(`prompt ${name}`, async () => {
            ensure(promptCases[name]?.length > 0, 'there is no case for this prompt');
            for (const { arguments: values, text } of promptCases[name]) {
                const { messages } = await client.getPrompt({ name, arguments: values }, options);
                expectText(textOf(messages.map(message => message.content)), text);
            }
        });
    }
}

async function checkCompletion({ ref, argument, values }) {
    const { completion } = await client.complete({ ref, argument }, options);
    ensure(contains(completion.values, values), `got ${completion.values}`);
}

/** Checks that each call changes a list and that the client is notified. */
async function checkChanges() {
    const notes = [];
    for (const { list, call: params } of cases.changes) {
        const counts = [await countAfter(list, params), await countAfter(list, params)];
        ensure(counts[0] !== counts[1], `the list of ${list} has ${counts[0]} entries both times`);
        notes.push(`${counts.join(' and then ')} ${list}`);
    }
    return notes.join(', ');
}

async function countAfter(list, params) {
    const notification = once(changes, list, { signal: AbortSignal.timeout(TIMEOUT) })
        .catch(() => ensure.fail(`no notification of a change of ${list} within ${TIMEOUT} ms`));
    const [[error, items]] = await Promise.all([notification, call(params)]);
    ensure(!error, error);
    return items.length;
}

if (await check('connect', connect)) {
    if (cases.tools) await checkTools();
    if (cases.progress) await check('progress increases', () => checkProgress(cases.progress));
    if (cases.cancel) await check('cancelled calls release resources', () => checkCancel(cases.cancel));
    if (cases.resources) await checkResources(cases.resources);
    if (cases.prompts) await checkPrompts(cases.prompts);
    for (const completion of cases.completions ?? []) {
        const { name, value } = completion.argument;
        await check(`completion of ${name} from "${value}"`, () => checkCompletion(completion));
    }
    if (cases.changes) await check('the client is notified of changes', checkChanges);
    await check('the client reports no errors', () => {
        ensure(errors.length === 0, errors.join('; '));
    });
    const transportChecks = server.checks(client, newClient, cases.changes && checkChanges);
    for (const [subject, body] of Object.entries(transportChecks)) await check(subject, body);
}
process.exit(failed ? 1 : 0);
