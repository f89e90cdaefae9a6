"""Drives a server with the official Python client, in one revision of the protocol.

    python check.py <cases.json> <revision> <server's name and version> <URL | command…>

The cases say what to call and what to expect; ../typescript/check.mjs reads the same.
"""

import json
import logging
import math
import sys
import time
from contextlib import asynccontextmanager

import anyio
from jsonschema.validators import Draft202012Validator, validator_for
from mcp import Client, MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from over_http import Http
from over_stdio import Stdio

FILE, REVISION, IDENTITY, *TARGET = sys.argv[1:]
with open(FILE, encoding="utf-8") as file:
    CASES = json.load(file)
MODERN = REVISION >= "2026-07-28"
STRUCTURED = REVISION >= "2025-06-18"

# More than a server is likely to have threads for slow work.
CALLS_TO_CANCEL = 8
PROMPTLY = 2.0
PATIENTLY = 10.0

server = Http(TARGET[0], REVISION, MODERN) if TARGET[0].startswith("http") else Stdio(TARGET)
failed = False


async def check(subject, body, *arguments):
    global failed
    try:
        verdict, note = "ok  ", await body(*arguments)
    except Exception as error:  # Whatever goes wrong is what the check found.
        verdict, note, failed = "FAIL", reason(error), True
    print(f"{verdict} python     {server.name:5} {REVISION}  {subject}{f': {note}' if note else ''}", flush=True)


def reason(error):
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    text = " ".join(str(error).split())
    return text[:1000] if isinstance(error, AssertionError) else f"{type(error).__name__}: {text[:1000]}"


def ensure(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def contains(actual, expected):
    """Every member of an expected object is in the actual one; all else is equal."""
    if isinstance(expected, dict):
        members = isinstance(actual, dict) and expected.keys() <= actual.keys()
        return members and all(contains(actual[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        length = isinstance(actual, list) and len(actual) == len(expected)
        return length and all(map(contains, actual, expected))
    return actual == expected and isinstance(actual, bool) == isinstance(expected, bool)


def expect_text(text, expected=()):
    for part in [expected] if isinstance(expected, str) else expected:
        ensure(part in text, f"no {part!r} in {text[:500]}")


def ensure_offered(offered, expected):
    for name in expected:
        ensure(any(item.name == name for item in offered), f"no {name} is offered")


def text_of(contents):
    return "\n".join(getattr(getattr(content, "resource", content), "text", "") for content in contents)


async def expect_code(request, expected):
    """The request ends with a protocol error of this code."""
    try:
        answer = await request
    except MCPError as error:
        ensure(error.code == expected, f"expected the error {expected}, got {error.code}")
    else:
        raise AssertionError(f"expected the error {expected}, got {str(answer)[:300]}")


# ---- The connection ----


class Complaints(logging.Handler):
    """What the client logs about the server: lines that are no messages, answers that nobody waits for."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        if record.levelno >= logging.WARNING or record.msg.startswith("drop"):
            cause = f" {record.exc_info[1]}" if record.exc_info else ""
            self.texts.append(record.getMessage() + cause)


async def all_pages(fetch, items):
    found, cursor = [], None
    while True:
        page = await fetch(cursor=cursor)
        found += getattr(page, items)
        cursor = page.next_cursor
        if cursor is None:
            return found


# ---- What is checked ----


async def check_connection(client):
    version, info = client.protocol_version, client.server_info
    ensure(version == REVISION, f"negotiated {version}")
    says = f"{info.name} {info.version}" if info else "nobody"
    ensure(not IDENTITY or says == IDENTITY, f"the server says it is {says}, not {IDENTITY}")
    return f"{'modern' if MODERN else 'legacy'}, {says}"


async def check_tools(client):
    tools = []

    async def listed():
        tools.extend(await all_pages(client.list_tools, "tools"))
        ensure_offered(tools, CASES["tools"])
        return f"{len(tools)}"

    await check("tools: list", listed)
    for tool in tools:
        await check(f"tool {tool.name}: schemas", check_schemas, tool)
        for index, given in enumerate(CASES["tools"].get(tool.name, [])):
            await check(f"tool {tool.name}: case {index + 1}", check_call, client, tool, given)
    await check("an unknown tool is a protocol error", expect_code, client.call_tool("no_such_tool", {}), -32602)


async def check_schemas(tool):
    for schema in filter(None, [tool.input_schema, tool.output_schema]):
        validator_for(schema, Draft202012Validator).check_schema(schema)
    ensure(CASES["tools"].get(tool.name), "no case calls it")


async def check_call(client, tool, given):
    request = client.call_tool(tool.name, given["arguments"])
    if "error" in given:
        return await expect_code(request, given["error"])
    if not given.get("isError"):
        Draft202012Validator(tool.input_schema).validate(given["arguments"])
    result = await request
    text = text_of(result.content)
    ensure(bool(result.is_error) == given.get("isError", False), f"isError is {result.is_error}: {text[:500]}")
    expect_text(text, given.get("text", ()))
    if STRUCTURED and "structured" in given:
        content = result.structured_content
        ensure(contains(content, given["structured"]), f"the structured content is {json.dumps(content)[:500]}")


async def check_progress(client, given):
    values = []

    async def progressed(progress, _total, _message):
        values.append(progress)

    await client.call_tool(given["name"], given["arguments"], progress_callback=progressed)
    ensure(len(values) > 1, f"only {len(values)} notifications came")
    ensure(all(map(float.__lt__, values, values[1:])), f"not rising: {values}")
    return f"{len(values)} notifications"


async def check_cancel(client, slow, then):
    async def call():
        answer = await client.call_tool(slow["name"], slow["arguments"])
        raise AssertionError(f"it was answered before: {str(answer)[:500]}")

    async with anyio.create_task_group() as calls:
        for _ in range(CALLS_TO_CANCEL):
            calls.start_soon(call)
        await anyio.sleep(0.5)
        aborted = time.monotonic()
        calls.cancel_scope.cancel()
    ensure(time.monotonic() - aborted < PROMPTLY, "the client was not told in time")
    called = time.monotonic()
    await client.call_tool(then["name"], then["arguments"])
    took = time.monotonic() - called
    ensure(took < PROMPTLY, f"the next call took {took:.3f} s")
    # An answer to a cancelled call would come now, and the client would complain.
    await anyio.sleep(0.5)
    return f"the next call took {took * 1000:.0f} ms"


async def check_resources(client, listed, templates, read, unknown):
    async def resources():
        uris = [resource.uri for resource in await all_pages(client.list_resources, "resources")]
        for uri in listed:
            ensure(uri in uris, f"no {uri} among {uris}")
        for uri in uris:
            await client.read_resource(uri)
        return f"{len(uris)}, each can be read"

    async def resource_templates():
        offered = await all_pages(client.list_resource_templates, "resource_templates")
        patterns = [template.uri_template for template in offered]
        for template in templates:
            ensure(template in patterns, f"no {template} among {patterns}")
        return f"{len(patterns)}"

    async def resource(uri, text=()):
        expect_text(text_of((await client.read_resource(uri)).contents), text)

    await check("resources: list", resources)
    await check("resources: templates", resource_templates)
    for given in read:
        await check(f"resource {given['uri']}", lambda given: resource(**given), given)
    for uri in unknown:
        code = -32602 if MODERN else -32002
        await check(f"unknown resource {uri}", expect_code, client.read_resource(uri), code)


async def check_prompts(client, given):
    prompts = []

    async def listed():
        prompts.extend(await all_pages(client.list_prompts, "prompts"))
        ensure_offered(prompts, given)
        return f"{len(prompts)}"

    async def prompt(name):
        ensure(given.get(name), "no case gets it")
        for case in given[name]:
            result = await client.get_prompt(name, case["arguments"])
            expect_text(text_of(message.content for message in result.messages), case.get("text", ()))

    await check("prompts: list", listed)
    for offered in prompts:
        await check(f"prompt {offered.name}", prompt, offered.name)


async def check_completion(client, given):
    kind = PromptReference if given["ref"]["type"] == "ref/prompt" else ResourceTemplateReference
    result = await client.complete(kind(**given["ref"]), given["argument"])
    ensure(contains(result.completion.values, given["values"]), f"got {result.completion.values}")


async def check_changes(client, news):
    """Each call changes the list, and the client hears of it."""
    notes = []
    for change in CASES["changes"]:
        async with listening(client, change["list"], news) as heard:
            counts = [await count_after(client, change, heard) for _ in range(2)]
        ensure(counts[0] != counts[1], f"the list of {change['list']} has {counts[0]} entries each time")
        notes.append(f"{counts[0]} and then {counts[1]} {change['list']}")
    return ", ".join(notes)


@asynccontextmanager
async def listening(client, kind, news):
    """What waits for the next change of a list."""

    async def notified():
        while getattr(await news.receive(), "method", None) != f"notifications/{kind}/list_changed":
            pass

    if MODERN:
        async with client.listen(**{f"{kind}_list_changed": True}) as subscription:
            yield subscription.__anext__
    else:
        yield notified


async def count_after(client, change, heard):
    await client.call_tool(change["call"]["name"], change["call"]["arguments"])
    with anyio.fail_after(PATIENTLY):
        await heard()
    return len(await all_pages(getattr(client, f"list_{change['list']}"), change["list"]))


async def check_all(client):
    await check("connect", check_connection, client)
    if "tools" in CASES:
        await check_tools(client)
    if "progress" in CASES:
        await check("progress rises", check_progress, client, CASES["progress"])
    if "cancel" in CASES:
        await check("cancelled calls give way", check_cancel, client, *map(CASES["cancel"].get, ("slow", "then")))
    if "resources" in CASES:
        await check_resources(client, **CASES["resources"])
    if "prompts" in CASES:
        await check_prompts(client, CASES["prompts"])
    for given in CASES.get("completions", []):
        argument = given["argument"]
        subject = f'completion of {argument["name"]} from "{argument["value"]}"'
        await check(subject, check_completion, client, given)


async def main():
    complaints, (tell, news) = Complaints(), anyio.create_memory_object_stream(math.inf)
    logger = logging.getLogger("mcp")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(complaints)

    def new_client():
        mode = "auto" if MODERN else "legacy"
        return Client(server.connection(), mode=mode, read_timeout_seconds=30, message_handler=tell.send)

    async def nothing():
        # Over HTTP, the client answers a call for itself whose stream ends without an answer, also one that it cancelled.
        own = "dropping response for unknown/late request id"
        texts = [text for text in complaints.texts if MODERN or isinstance(server, Stdio) or not text.startswith(own)]
        ensure(not texts, "; ".join(texts))

    async with new_client() as client:
        hear = (lambda: check_changes(client, news)) if "changes" in CASES else None
        await check_all(client)
        if hear:
            await check("the client hears of changes", hear)
        await check("the client has nothing to complain of", nothing)
        for subject, body in server.checks(client, hear).items():
            await check(subject, body)
    for subject, body in server.checks_afterwards(new_client).items():
        await check(subject, body)


async def refused(error):
    raise error


try:
    anyio.run(main)
except Exception as error:  # There was no connection, or no orderly end of it.
    anyio.run(check, "connection", refused, error)
sys.exit(failed)
