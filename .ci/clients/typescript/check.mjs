// Drives a server with the official TypeScript client, in one revision of the protocol.
//
//   node check.mjs <cases.json> <revision> <server's name and version> <URL | command…>
//
// The cases say what to call and what to expect; ../python/check.py reads the same.

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

// More than a server is likely to have threads for slow work.
const CALLS_TO_CANCEL = 8;
const PROMPTLY = 2_000;
const PATIENTLY = 10_000;
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

/** Every member of an expected object is in the actual one; all else is equal. */
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

function ensureOffered(offered, expected) {
    for (const name of Object.keys(expected)) ensure(offered.some(item => item.name === name), `no ${name} is offered`);
}

const textOf = contents => contents.map(content => content.text ?? content.resource?.text ?? '').join('\n');

// ---- The connection ----

const server = /^https?:/.test(target[0]) ? new Http(target[0], revision) : new Stdio(target);
const changes = new EventEmitter();

function newClient() {
    const mode = modern ? { versionNegotiation: { mode: 'auto' } } : { supportedProtocolVersions: [revision] };
    const listChanged = cases.changes && Object.fromEntries(cases.changes.map(({ list }) =>
        [list, { onChanged: (error, items) => changes.emit(list, error, items) }]));
    return new Client({ name: 'typescript-check', version: '1' }, { ...mode, listChanged });
}

const client = newClient();
const complaints = [];
client.onerror = error => complaints.push(error.message);

function call({ name, arguments: values }, more = {}) {
    return client.callTool({ name, arguments: values }, { ...options, ...more });
}

/** The request ends with a protocol error of this code. */
async function expectCode(request, expected) {
    const answered = answer => JSON.stringify(answer).slice(0, 300);
    const got = await request.then(answered, error => error.code ?? error.message);
    ensure(got === expected, `expected the error ${expected}, got ${got}`);
}

// ---- What is checked ----

async function connect() {
    await client.connect(server.transport, options);
    const { name, version } = client.getServerVersion() ?? {};
    ensure(client.getNegotiatedProtocolVersion() === revision, `negotiated ${client.getNegotiatedProtocolVersion()}`);
    ensure(client.getProtocolEra() === (modern ? 'modern' : 'legacy'), `the era is ${client.getProtocolEra()}`);
    ensure(!identity || `${name} ${version}` === identity, `the server says it is ${name} ${version}, not ${identity}`);
    return `${client.getProtocolEra()}, ${name} ${version}`;
}

async function checkTools() {
    let tools = [];
    await check('tools: list', async () => {
        ({ tools } = await client.listTools(undefined, options));
        ensureOffered(tools, cases.tools);
        return `${tools.length}`;
    });
    for (const tool of tools) {
        await check(`tool ${tool.name}: schemas`, () => {
            schemas.getValidator(tool.inputSchema);
            if (tool.outputSchema) schemas.getValidator(tool.outputSchema);
            ensure(cases.tools[tool.name]?.length > 0, 'no case calls it');
        });
        for (const [index, given] of (cases.tools[tool.name] ?? []).entries()) {
            await check(`tool ${tool.name}: case ${index + 1}`, () => checkCall(tool, given));
        }
    }
    await check('an unknown tool is a protocol error', () =>
        expectCode(call({ name: 'no_such_tool', arguments: {} }), -32602));
}

async function checkCall(tool, given) {
    if (!given.isError) {
        const { valid, errorMessage } = schemas.getValidator(tool.inputSchema)(given.arguments);
        ensure(valid, `the schema refuses the arguments: ${errorMessage}`);
    }
    const request = call({ name: tool.name, arguments: given.arguments });
    if (given.error) return expectCode(request, given.error);
    const result = await request;
    const text = textOf(result.content);
    ensure(Boolean(result.isError) === Boolean(given.isError), `isError is ${result.isError}: ${text.slice(0, 500)}`);
    expectText(text, given.text);
    if (given.structured && structured) {
        const content = result.structuredContent;
        const got = JSON.stringify(content)?.slice(0, 500);
        ensure(contains(content, given.structured), `the structured content is ${got}`);
    }
}

async function checkCancel({ slow, then }) {
    const abort = new AbortController();
    const answers = [];
    const calls = Array.from({ length: CALLS_TO_CANCEL }, () =>
        call(slow, { signal: abort.signal }).then(answer => answers.push(answer), error => error));
    await sleep(500);
    ensure(answers.length === 0, `it was answered before: ${JSON.stringify(answers[0])?.slice(0, 500)}`);
    const aborted = performance.now();
    abort.abort();
    await Promise.all(calls);
    ensure(performance.now() - aborted < PROMPTLY, 'the client was not told in time');
    const called = performance.now();
    await call(then);
    const took = Math.round(performance.now() - called);
    ensure(took < PROMPTLY, `the next call took ${took} ms`);
    // An answer to a cancelled call would come now, and the client would complain.
    await sleep(500);
    return `the next call took ${took} ms`;
}

async function checkProgress(given) {
    const values = [];
    await call(given, { onprogress: ({ progress }) => values.push(progress) });
    ensure(values.length > 1, `only ${values.length} notifications came`);
    ensure(values.every((value, index) => index === 0 || value > values[index - 1]), `not rising: ${values}`);
    return `${values.length} notifications`;
}

async function checkResources({ listed, templates, read, unknown }) {
    await check('resources: list', async () => {
        const { resources } = await client.listResources(undefined, options);
        const uris = resources.map(resource => resource.uri);
        for (const uri of listed) ensure(uris.includes(uri), `no ${uri} among ${uris}`);
        for (const uri of uris) await client.readResource({ uri }, options);
        return `${uris.length}, each can be read`;
    });
    await check('resources: templates', async () => {
        const { resourceTemplates } = await client.listResourceTemplates(undefined, options);
        const offered = resourceTemplates.map(template => template.uriTemplate);
        for (const template of templates) ensure(offered.includes(template), `no ${template} among ${offered}`);
        return `${offered.length}`;
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
            // The client says -32602 for either code; this is what the server said.
            const { code } = server.lastMessage().error;
            ensure(code === (modern ? -32602 : -32002), `the server said ${code}`);
        });
    }
}

async function checkPrompts(given) {
    let prompts = [];
    await check('prompts: list', async () => {
        ({ prompts } = await client.listPrompts(undefined, options));
        ensureOffered(prompts, given);
        return `${prompts.length}`;
    });
    for (const { name } of prompts) {
        await check(`prompt ${name}`, async () => {
            ensure(given[name]?.length > 0, 'no case gets it');
            for (const { arguments: values, text } of given[name]) {
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

/** Each call changes the list, and the client hears of it. */
async function checkChanges() {
    const notes = [];
    for (const { list, call: given } of cases.changes) {
        const counts = [await countAfter(list, given), await countAfter(list, given)];
        ensure(counts[0] !== counts[1], `the list of ${list} has ${counts[0]} entries each time`);
        notes.push(`${counts.join(' and then ')} ${list}`);
    }
    return notes.join(', ');
}

async function countAfter(list, given) {
    const news = once(changes, list, { signal: AbortSignal.timeout(PATIENTLY) })
        .catch(() => ensure.fail(`no news of the ${list} within ${PATIENTLY} ms`));
    const [[error, items]] = await Promise.all([news, call(given)]);
    ensure(!error, error);
    return items.length;
}

if (await check('connect', connect)) {
    if (cases.tools) await checkTools();
    if (cases.progress) await check('progress rises', () => checkProgress(cases.progress));
    if (cases.cancel) await check('cancelled calls give way', () => checkCancel(cases.cancel));
    if (cases.resources) await checkResources(cases.resources);
    if (cases.prompts) await checkPrompts(cases.prompts);
    for (const completion of cases.completions ?? []) {
        const { name, value } = completion.argument;
        await check(`completion of ${name} from "${value}"`, () => checkCompletion(completion));
    }
    if (cases.changes) await check('the client hears of changes', checkChanges);
    await check('the client has nothing to complain of', () => {
        ensure(complaints.length === 0, complaints.join('; '));
    });
    const rest = server.checks(client, newClient, cases.changes && checkChanges);
    for (const [subject, body] of Object.entries(rest)) await check(subject, body);
}
process.exit(failed ? 1 : 0);
