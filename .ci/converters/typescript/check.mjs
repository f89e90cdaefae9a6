// Tests the schemas and the calls of a server with the frameworks for agents that are written in TypeScript.
//
//   node check.mjs <cases.json> <command…>
//
// Each framework lists the tools, converts their schemas for several providers, and calls each tool. No model is asked: the
// requests to providers are not sent.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatAnthropic } from '@langchain/anthropic';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { MCPServerStdio, RunContext, mcpToFunctionTool, setTracingDisabled } from '@openai/agents';
import { generateText } from 'ai';
import { Ajv2020 } from 'ajv/dist/2020.js';

const [file, command, ...args] = process.argv.slice(2);
const contents = JSON.parse(readFileSync(file, 'utf8'));
const cases = contents.tools ?? contents;
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
let checks = 0;
let failures = 0;

function report(framework, subject, error) {
    checks += 1;
    if (error === undefined) return;
    failures += 1;
    console.log(`FAIL ${framework}: ${subject}: ${String(error?.message ?? error).replace(/\s+/g, ' ').slice(0, 700)}`);
}

async function check(framework, subject, body) {
    try {
        await body();
    } catch (error) {
        return report(framework, subject, error ?? 'no reason');
    }
    report(framework, subject);
}

function checkList(framework, names) {
    const missing = Object.keys(cases).filter(name => !names.includes(name));
    report(framework, 'the list of tools', missing.length ? `without ${missing}` : undefined);
}

/**
 * Checks that a conversion accepts the schema of a tool, and that the result still accepts the arguments of its cases.
 *
 * The conversion returns the converted schema, or nothing if it is not one of JSON Schema or less open by design.
 */
function convert(framework, tool, provider, conversion) {
    return check(framework, `${tool} for ${provider}`, async () => {
        const schema = await conversion();
        if (!schema) return;
        const validate = ajv.compile(schema);
        for (const { arguments: values } of accepted(tool)) {
            if (!validate(values)) throw new Error(`${ajv.errorsText(validate.errors)}: ${JSON.stringify(values)}`);
        }
    });
}

/** Returns the cases of a tool whose calls succeed. */
function accepted(tool) {
    return (cases[tool] ?? []).filter(({ isError, error }) => !isError && !error);
}

/** Calls each tool, and checks that it receives the arguments as they were sent. */
async function checkCalls(framework, names, call) {
    for (const name of names) {
        for (const { arguments: values, ...expected } of accepted(name)) {
            await check(framework, `call of ${name} with ${JSON.stringify(values)}`, async () => {
                const text = await call(name, values);
                const isExpected = 'echo' in expected
                    ? isDeepStrictEqual(parse(text), expected.echo)
                    : [expected.text ?? []].flat().every(part => text.includes(part));
                if (!isExpected) throw new Error(`got ${text}`);
            });
        }
    }
}

function textOf(contents) {
    return contents.map(content => content.text ?? content).join('\n');
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        throw new Error(`got ${text}`);
    }
}

// ---- AI SDK ----

/** Returns the models of providers, whose requests are stored and answered with a call of the tool. */
function models(answer) {
    const settings = { apiKey: 'none', fetch: async (_, { body }) => Response.json(answer(JSON.parse(body))) };
    return {
        OpenAI: createOpenAI(settings).chat('gpt-5'),
        Anthropic: createAnthropic(settings)('claude-sonnet-4-5'),
        Google: createGoogleGenerativeAI(settings)('gemini-2.5-pro'),
    };
}

async function aiSdk(framework) {
    const client = await createMCPClient({ transport: new StdioMCPTransport({ command, args }) });
    const tools = await client.tools();
    checkList(framework, Object.keys(tools));
    let request;
    const providers = models(body => {
        request = body;
        throw new Error('the request is complete');
    });
    const converted = {
        OpenAI: () => request.tools[0].function.parameters,
        Anthropic: () => request.tools[0].input_schema,
        // A schema of OpenAPI.
        Google: () => void request.tools[0].functionDeclarations[0],
    };
    for (const [name, tool] of Object.entries(tools)) {
        for (const [provider, model] of Object.entries(providers)) {
            await convert(framework, name, provider, async () => {
                request = undefined;
                await generateText({ model, prompt: 'x', tools: { [name]: tool }, maxRetries: 0 }).catch(error => {
                    if (!request) throw error;
                });
                return converted[provider]();
            });
        }
    }
    await checkCalls(framework, Object.keys(tools), async (name, values) => {
        const { OpenAI: model } = models(() => chatCompletion(name, values));
        const { toolResults, content } = await generateText({ model, prompt: 'x', tools, maxRetries: 0 });
        if (!toolResults.length) throw new Error(`no result: ${JSON.stringify(content)}`);
        return textOf(toolResults[0].output.content);
    });
    await client.close();
}

/** Returns the response of a model that calls a tool. */
function chatCompletion(name, values) {
    const call = { id: '1', type: 'function', function: { name, arguments: JSON.stringify(values) } };
    return {
        id: '1', object: 'chat.completion', created: 0, model: 'gpt-5',
        choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [call] } }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
}

// ---- LangChain ----

async function langchain(framework) {
    const client = new MultiServerMCPClient({ mcpServers: { server: { transport: 'stdio', command, args } } });
    const tools = Object.fromEntries((await client.getTools()).map(tool => [tool.name, tool]));
    checkList(framework, Object.keys(tools));
    const anthropic = new ChatAnthropic({ apiKey: 'none', model: 'claude-sonnet-4-5' });
    const google = new ChatGoogleGenerativeAI({ apiKey: 'none', model: 'gemini-2.5-pro' });
    for (const [name, tool] of Object.entries(tools)) {
        await convert(framework, name, 'OpenAI', () => convertToOpenAITool(tool).function.parameters);
        await convert(framework, name, 'OpenAI, strict', () => void convertToOpenAITool(tool, { strict: true }));
        await convert(framework, name, 'Anthropic', () => anthropic.formatStructuredToolToAnthropic([tool])[0].input_schema);
        await convert(framework, name, 'Anthropic, strict', () =>
            void anthropic.formatStructuredToolToAnthropic([tool], { strict: true }));
        await convert(framework, name, 'Google', () => void google.invocationParams({ tools: [tool] }));
    }
    await checkCalls(framework, Object.keys(tools), async (name, values) => {
        const result = await tools[name].invoke(values);
        // It passes structured content on to the model, if there is any.
        return typeof result === 'string' ? result : JSON.stringify(result);
    });
    await client.close();
}

// ---- OpenAI Agents ----

async function openaiAgents(framework) {
    setTracingDisabled(true);
    const server = new MCPServerStdio({ command, args });
    await server.connect();
    const listed = await server.listTools();
    checkList(framework, listed.map(tool => tool.name));
    const tools = {};
    for (const tool of listed) {
        await convert(framework, tool.name, 'OpenAI', () => mcpToFunctionTool(tool, server, false).parameters);
        await convert(framework, tool.name, 'OpenAI, strict', () => {
            tools[tool.name] = mcpToFunctionTool(tool, server, true);
            // A schema that has no strict form stays as it is.
            return tools[tool.name].strict ? undefined : tools[tool.name].parameters;
        });
    }
    await checkCalls(framework, Object.keys(tools), async (name, values) => {
        const result = await tools[name].invoke(new RunContext({}), JSON.stringify(values));
        return textOf([result].flat());
    });
    await server.close();
}

// It warns of each schema that has no strict form.
console.warn = () => {};
for (const [framework, run] of Object.entries({ 'ai-sdk': aiSdk, langchain, 'openai-agents': openaiAgents })) {
    const before = [checks, failures];
    await run(framework).catch(error => report(framework, 'the server', error));
    console.log(`${framework}: ${checks - before[0]} checks, ${failures - before[1]} failures`);
}
process.exit(failures ? 1 : 0);
