"""Tests the schemas and the calls of a server with the frameworks for agents that are written in Python.

    check.py <cases.json> <command…>

Each framework lists the tools, converts their schemas for several providers, and calls each tool. Those that read prompts
read each. No model is asked.
"""

import asyncio
import json
import logging
import sys
import warnings
from dataclasses import replace

import jsonschema
from agents.mcp import MCPServerStdio, MCPUtil
from agents.tool_context import ToolContext
from fastmcp.client.transports import StdioTransport
from langchain_anthropic.chat_models import convert_to_anthropic_tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_google_genai._function_utils import convert_to_genai_function_declarations
from langchain_mcp_adapters.prompts import load_mcp_prompt
from langchain_mcp_adapters.tools import load_mcp_tools
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from mcp import ClientSession, StdioServerParameters, stdio_client
from pydantic_ai import RunContext
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel, _function_declaration_from_tool
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import RunUsage

# They warn of what strict modes do not express.
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

file, *command = sys.argv[1:]
with open(file) as text:
    cases = json.load(text)
prompts = cases.get("prompts", {})
cases = cases.get("tools", cases)
checks = failures = 0


def report(framework, subject, error):
    global checks, failures
    checks += 1
    if error is not None:
        failures += 1
        print(f"FAIL {framework}: {subject}: {' '.join(str(error).split())[:700]}")


def convert(framework, tool, name, conversion):
    """Checks that a conversion accepts the schema of a tool, and that the result still accepts the arguments of its cases.

    The conversion returns the converted schema, or nothing if it is not one of JSON Schema or less open by design.
    """
    try:
        schema = conversion()
        if schema is not None:
            validator = jsonschema.Draft202012Validator(schema)
            for case in accepted(tool):
                validator.validate(case["arguments"])
    except Exception as error:
        report(framework, f"{tool} for {name}", f"{type(error).__name__}: {error}")
    else:
        report(framework, f"{tool} for {name}", None)


def accepted(tool):
    """Returns the cases of a tool whose calls succeed."""
    return [case for case in cases.get(tool, []) if not (case.get("isError") or case.get("error"))]


def check_list(framework, names):
    missing = cases.keys() - set(names)
    report(framework, "the list of tools", f"without {sorted(missing)}" if missing else None)


async def check_calls(framework, names, call):
    """Calls each tool, and checks that it receives the arguments as they were sent."""
    for name in names:
        for case in accepted(name):
            try:
                error = difference(case, await call(name, case["arguments"]))
            except Exception as problem:
                error = f"{type(problem).__name__}: {problem}"
            report(framework, f"call of {name} with {json.dumps(case['arguments'])}", error)


def text_of(content):
    return "\n".join(part.text for part in content if part.type == "text")


def difference(case, text):
    """Returns how the text of a result differs from the expected one, or None."""
    if "echo" in case:
        is_expected = json.dumps(json.loads(text), sort_keys=True) == json.dumps(case["echo"], sort_keys=True)
    else:
        parts = case.get("text", [])
        is_expected = all(part in text for part in ([parts] if isinstance(parts, str) else parts))
    return None if is_expected else f"got {text}"


async def check_prompts(framework, read):
    """Reads each prompt. A framework rejects messages that it cannot pass to a model."""
    for name, prompt_cases in prompts.items():
        for case in prompt_cases:
            try:
                error = difference(case, "\n".join(await read(name, case["arguments"])))
            except Exception as problem:
                error = f"{type(problem).__name__}: {problem}"
            report(framework, f"prompt {name} with {json.dumps(case['arguments'])}", error)


async def openai_agents():
    async with MCPServerStdio({"command": command[0], "args": command[1:]}, client_session_timeout_seconds=60) as server:
        listed = await server.list_tools()
        check_list("openai-agents", [tool.name for tool in listed])
        tools = {}
        for tool in listed:
            loose = MCPUtil.to_function_tool(tool, server, convert_schemas_to_strict=False)
            convert("openai-agents", tool.name, "OpenAI", lambda: loose.params_json_schema)
            # A schema that has no strict form stays as it is.
            strict = MCPUtil.to_function_tool(tool, server, convert_schemas_to_strict=True)
            strict_schema = None if strict.strict_json_schema else strict.params_json_schema
            convert("openai-agents", tool.name, "OpenAI, strict", lambda: strict_schema)
            tools[tool.name] = strict

        async def call(name, arguments):
            text = json.dumps(arguments)
            context = ToolContext(context=None, tool_name=name, tool_call_id="1", tool_arguments=text)
            result = await tools[name].on_invoke_tool(context, text)
            parts = result if isinstance(result, list) else [result]
            return "\n".join(part["text"] if isinstance(part, dict) else part for part in parts)

        await check_calls("openai-agents", tools, call)


async def pydantic_ai():
    toolset = MCPToolset(StdioTransport(command[0], command[1:], keep_alive=False))
    context = RunContext(deps=None, model=TestModel(), usage=RunUsage())
    models = {
        "OpenAI": OpenAIChatModel("gpt-5", provider=OpenAIProvider(api_key="none")),
        "Anthropic": AnthropicModel("claude-sonnet-4-5", provider=AnthropicProvider(api_key="none")),
        "Google": GoogleModel("gemini-2.5-pro", provider=GoogleProvider(api_key="none")),
    }
    async with toolset:
        tools = await toolset.get_tools(context)
        check_list("pydantic-ai", tools)
        for name, tool in tools.items():
            for strict in (None, False, True):
                definition = replace(tool.tool_def, strict=strict)
                for provider, model in models.items():

                    def conversion():
                        parameters = ModelRequestParameters(function_tools=[definition])
                        [converted] = model.customize_request_parameters(parameters).function_tools
                        if provider == "Google":
                            return _function_declaration_from_tool(converted)["parameters_json_schema"]
                        return None if converted.strict else converted.parameters_json_schema

                    convert("pydantic-ai", name, f"{provider}, strict={strict}", conversion)

        async def call(name, arguments):
            validated = tools[name].args_validator.validate_python(arguments)
            result = await toolset.call_tool(name, validated, context, tools[name])
            # It passes structured content on to the model, if there is any.
            return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)

        async def read(name, arguments):
            return [message.content.content for message in (await toolset.get_prompt(name, arguments)).messages]

        await check_calls("pydantic-ai", tools, call)
        await check_prompts("pydantic-ai", read)


async def langchain():
    parameters = StdioServerParameters(command=command[0], args=command[1:])
    async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
        await session.initialize()
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}
        check_list("langchain", tools)
        for name, tool in tools.items():
            convert("langchain", name, "OpenAI", lambda: convert_to_openai_tool(tool)["function"]["parameters"])
            convert("langchain", name, "Anthropic", lambda: convert_to_anthropic_tool(tool)["input_schema"])
            convert("langchain", name, "OpenAI, strict", lambda: convert_to_openai_tool(tool, strict=True) and None)
            convert("langchain", name, "Anthropic, strict", lambda: convert_to_anthropic_tool(tool, strict=True) and None)
            convert("langchain", name, "Google", lambda: convert_to_genai_function_declarations([tool]) and None)

        async def call(name, arguments):
            result = await tools[name].ainvoke(arguments)
            return result if isinstance(result, str) else "\n".join(part["text"] for part in result)

        async def read(name, arguments):
            return [message.content for message in await load_mcp_prompt(session, name, arguments=arguments)]

        await check_calls("langchain", tools, call)
        await check_prompts("langchain", read)


async def llama_index():
    client = BasicMCPClient(command[0], args=command[1:])
    listed = (await client.list_tools()).tools
    # A recursive type exceeds its stack.
    names = [tool.name for tool in listed if "$ref" not in json.dumps(tool.inputSchema)]
    spec = McpToolSpec(client=client, allowed_tools=names)
    tools = {tool.metadata.name: tool for tool in await spec.to_tool_list_async()}
    check_list("llama-index", [tool.name for tool in listed if tool.name in tools or tool.name not in names])
    for name, tool in tools.items():
        convert("llama-index", name, "OpenAI", lambda: tool.metadata.to_openai_tool() and None)

    async def call(name, arguments):
        return text_of((await tools[name].acall(**arguments)).raw_output.content)

    async def read(name, arguments):
        return [message.blocks[0].text for message in await client.get_prompt(name, arguments)]

    await check_calls("llama-index", tools, call)
    await check_prompts("llama-index", read)


async def main():
    for framework in (openai_agents, pydantic_ai, langchain, llama_index):
        before = checks, failures
        try:
            await framework()
        except Exception as error:
            report(framework.__name__, "the server", f"{type(error).__name__}: {error}")
        print(f"{framework.__name__}: {checks - before[0]} checks, {failures - before[1]} failures")


asyncio.run(main())
sys.exit(1 if failures else 0)
