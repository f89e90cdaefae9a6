// Checks the output of the inspector for a server.
//
//   node check.mjs <cases.json> <URL>
//
// The cases are those of ../clients: their tools, resources and prompts must be listed, and one of the tools is called.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [file, url] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(file, 'utf8'));
const launcher = 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js';
const inspector = fileURLToPath(new URL(launcher, import.meta.url));

let failed = false;

function check(era, method, options, body) {
    let verdict = 'ok  ';
    let note;
    try {
        note = body(inspect(era, method, options));
    } catch (error) {
        [verdict, note] = ['FAIL', error.message];
        failed = true;
    }
    console.log(`${verdict} inspector ${era}  ${method}: ${note}`);
}

/** Returns the result that the inspector prints. */
function inspect(era, method, options) {
    const args = [inspector, '--cli', url, '--protocol-era', era, '--method', method, '--format', 'json', ...options];
    const { error, status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
    assert(!error, error);
    assert(status === 0, `the inspector exited with ${status}: ${stderr}${stdout}`);
    return JSON.parse(stdout).result;
}

function expectListed(items, key, expected) {
    const listed = items.map(item => item[key]);
    for (const name of expected) assert(listed.includes(name), `${name} is not in ${listed}`);
    return `${listed.length}`;
}

function firstCall() {
    for (const [name, toolCases] of Object.entries(cases.tools)) {
        const found = toolCases.find(({ text, isError, error }) => text && !isError && !error);
        if (found) return { name, ...found };
    }
    throw new Error(`${file} contains no case with a text`);
}

const { name, arguments: values, text } = firstCall();
const call = ['--tool-name', name, '--tool-args-json', JSON.stringify(values)];

for (const era of ['legacy', 'modern']) {
    // `--strict` reports schemas that some clients do not support.
    check(era, 'tools/list', ['--strict'], ({ tools }) => expectListed(tools, 'name', Object.keys(cases.tools)));
    check(era, 'tools/call', call, ({ content }) => {
        const got = content.map(block => block.text).join('\n');
        for (const part of [text].flat()) assert(got.includes(part), `no "${part}" in ${got.slice(0, 500)}`);
        return name;
    });
    check(era, 'resources/list', [], ({ resources }) => expectListed(resources, 'uri', cases.resources.listed));
    check(era, 'prompts/list', [], ({ prompts }) => expectListed(prompts, 'name', Object.keys(cases.prompts)));
}
process.exit(failed ? 1 : 0);
