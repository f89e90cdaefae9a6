// Evaluates the results of the conformance suite.
//
//   node gate.mjs <waiting.txt> <skipped.txt> <results> <suite…>
//
// For each suite, <results>/<suite>/list.txt contains the scenarios as printed by the command `list`, and results/
// contains their results. Requirements:
//
//   - every scenario of the list has results with at least one passed check;
//   - no check failed or gave a warning, except those listed in waiting.txt;
//   - no check was skipped, except those listed in waiting.txt or skipped.txt;
//   - every line of the two files is needed: its scenario exists, and did not pass in every suite.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const [waitingFile, skippedFile, folder, ...suites] = process.argv.slice(2);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

let problems = 0;

function report(...words) {
    problems += 1;
    console.log(words.join(' '));
}

/** Reads the names of a file: a scenario or scenario:check per line, with comments after #. */
function readNames(file) {
    const lines = readFileSync(file, 'utf8').split('\n').map(line => line.replace(/#.*/, '').trim());
    const entries = lines.map((name, index) => ({ name, location: `${basename(file)}:${index + 1}`, needed: false }));
    return entries.filter(({ name }) => name);
}

/** Reads the scenarios for servers, scored or not, from the output of `list`. */
function readScenarios(file) {
    const scenarios = [];
    let forServers = false;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (/^\S/.test(line)) forServers = line.startsWith('Server scenarios');
        const [, name, notes] = /^\s+- (\S+)(.*)$/.exec(line) ?? [];
        if (name && (forServers || notes.includes('[server]'))) scenarios.push(name);
    }
    if (scenarios.length === 0) throw new Error(`${file} contains no scenario`);
    return scenarios;
}

/** Reads the checks of each scenario that has results. */
function readResults(folder) {
    const results = new Map();
    for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
        const [, scenario] = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry) ?? [];
        const file = join(folder, entry, 'checks.json');
        if (scenario && existsSync(file)) results.set(scenario, JSON.parse(readFileSync(file, 'utf8')));
    }
    return results;
}

const waiting = readNames(waitingFile);
const skipped = readNames(skippedFile);
const evaluated = new Set();

/** Returns true if one of the names covers this check, or the whole scenario if there is no check. */
function covers(names, scenario, check) {
    const covering = names.filter(({ name }) => name === scenario || name === `${scenario}:${check}`);
    for (const entry of covering) entry.needed = true;
    return covering.length > 0;
}

/** Returns the reason for which a failed or skipped check is accepted, or undefined if it is a problem. */
function excuse(scenario, { id, status }) {
    if (status === 'SKIPPED' && covers(skipped, scenario, id)) return 'skipped';
    return covers(waiting, scenario, id) ? 'waiting' : undefined;
}

function evaluate(suite) {
    const scenarios = readScenarios(join(folder, suite, 'list.txt'));
    const results = readResults(join(folder, suite, 'results'));
    const counts = { check: 0, failure: 0, warning: 0, waiting: 0, skipped: 0 };
    for (const scenario of scenarios) {
        evaluated.add(scenario);
        const checks = results.get(scenario);
        if (checks) evaluateScenario(suite, scenario, checks, counts);
        else report('MISSING', suite, `${scenario}: there are no results`);
    }
    const counted = ['check', 'failure', 'warning'].map(noun => plural(counts[noun], noun));
    const excused = ['waiting', 'skipped'].filter(kind => counts[kind]).map(kind => `${counts[kind]} ${kind}`);
    return `${suite}: ${[plural(scenarios.length, 'scenario'), ...counted, ...excused].join(', ')}`;
}

function evaluateScenario(suite, scenario, checks, counts) {
    const relevant = checks.filter(({ status }) => status !== 'INFO');
    const unsuccessful = relevant.filter(({ status }) => status !== 'SUCCESS');
    counts.check += relevant.length;
    for (const check of unsuccessful) {
        const excused = excuse(scenario, check);
        counts[excused ?? check.status.toLowerCase()] += 1;
        if (excused) continue;
        const reason = check.errorMessage ?? check.description ?? '';
        report(check.status, suite, `${scenario}:${check.id}:`, reason.replace(/\s+/g, ' ').slice(0, 500));
    }
    if (relevant.length === 0 && !covers(waiting, scenario)) {
        report('NOTHING', suite, `${scenario}: no check passed, and none failed`);
    }
}

function checkNames() {
    const known = readScenarios(join(folder, 'list.txt'));
    for (const { name, location, needed } of [...waiting, ...skipped]) {
        const scenario = name.split(':')[0];
        if (!known.includes(scenario)) {
            report('UNKNOWN', `${location}: the suite has no scenario ${scenario}`);
        } else if (evaluated.has(scenario) && !needed) {
            report('STALE', `${location}: ${name} passes, so remove this line`);
        }
    }
}

const summary = suites.map(evaluate);
checkNames();
console.log(summary.join('\n'));
if (problems) console.log(`${plural(problems, 'problem')}; the results are in ${folder}`);
process.exit(problems ? 1 : 0);
