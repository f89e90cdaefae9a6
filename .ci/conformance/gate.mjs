// Judges what the conformance suite found.
//
//   node gate.mjs <waiting.txt> <skipped.txt> <results> <suite…>
//
// Of each suite, <results>/<suite>/list.txt says which scenarios there are, as the command `list` prints them, and
// results/ holds what they found. It must be that
//
//   - every scenario of the list has results, of which at least one check passed;
//   - no check failed or gave a warning, except those that waiting.txt names;
//   - no check was skipped, except those that waiting.txt or skipped.txt names;
//   - every line of the two files is needed: a scenario that it names exists, and did not pass in every suite.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const [waitingFile, skippedFile, folder, ...suites] = process.argv.slice(2);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

let problems = 0;

function complain(...words) {
    problems += 1;
    console.log(words.join(' '));
}

/** The names of a file: a scenario or scenario:check a line, and after # what it is for. */
function readNames(file) {
    const lines = readFileSync(file, 'utf8').split('\n').map(line => line.replace(/#.*/, '').trim());
    const entries = lines.map((name, index) => ({ name, place: `${basename(file)}:${index + 1}`, needed: false }));
    return entries.filter(({ name }) => name);
}

/** The scenarios of what `list` prints: those for servers, scored or not. */
function readScenarios(file) {
    const scenarios = [];
    let forServers = false;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (/^\S/.test(line)) forServers = line.startsWith('Server scenarios');
        const [, name, notes] = /^\s+- (\S+)(.*)$/.exec(line) ?? [];
        if (name && (forServers || notes.includes('[server]'))) scenarios.push(name);
    }
    if (scenarios.length === 0) throw new Error(`no scenario in ${file}`);
    return scenarios;
}

/** The checks of each scenario that has results. */
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
const ran = new Set();

/** Whether one of the names covers this check, or the scenario as a whole if there is no check. */
function covers(names, scenario, check) {
    const covering = names.filter(({ name }) => name === scenario || name === `${scenario}:${check}`);
    for (const entry of covering) entry.needed = true;
    return covering.length > 0;
}

/** What became of a check that did not pass: named in a file, or a problem. */
function excuse(scenario, { id, status }) {
    if (status === 'SKIPPED' && covers(skipped, scenario, id)) return 'skipped';
    return covers(waiting, scenario, id) ? 'waiting' : undefined;
}

function judge(suite) {
    const scenarios = readScenarios(join(folder, suite, 'list.txt'));
    const results = readResults(join(folder, suite, 'results'));
    const counts = { check: 0, failure: 0, warning: 0, waiting: 0, skipped: 0 };
    for (const scenario of scenarios) {
        ran.add(scenario);
        const checks = results.get(scenario);
        if (checks) judgeScenario(suite, scenario, checks, counts);
        else complain('MISSING', suite, `${scenario}: it has no results`);
    }
    const counted = ['check', 'failure', 'warning'].map(noun => plural(counts[noun], noun));
    const excused = ['waiting', 'skipped'].filter(kind => counts[kind]).map(kind => `${counts[kind]} ${kind}`);
    return `${suite}: ${[plural(scenarios.length, 'scenario'), ...counted, ...excused].join(', ')}`;
}

function judgeScenario(suite, scenario, checks, counts) {
    const telling = checks.filter(({ status }) => status !== 'INFO');
    const bad = telling.filter(({ status }) => status !== 'SUCCESS');
    counts.check += telling.length;
    for (const check of bad) {
        const excused = excuse(scenario, check);
        counts[excused ?? check.status.toLowerCase()] += 1;
        if (excused) continue;
        const why = check.errorMessage ?? check.description ?? '';
        complain(check.status, suite, `${scenario}:${check.id}:`, why.replace(/\s+/g, ' ').slice(0, 500));
    }
    if (telling.length === 0 && !covers(waiting, scenario)) {
        complain('NOTHING', suite, `${scenario}: no check passed, and none failed`);
    }
}

function judgeNames() {
    const known = readScenarios(join(folder, 'list.txt'));
    for (const { name, place, needed } of [...waiting, ...skipped]) {
        const scenario = name.split(':')[0];
        if (!known.includes(scenario)) {
            complain('UNKNOWN', `${place}: the suite has no scenario ${scenario}`);
        } else if (ran.has(scenario) && !needed) {
            complain('STALE', `${place}: ${name} has nothing to be excused, so remove it`);
        }
    }
}

const summary = suites.map(judge);
judgeNames();
console.log(summary.join('\n'));
if (problems) console.log(`${plural(problems, 'problem')}; the results are in ${folder}`);
process.exit(problems ? 1 : 0);
