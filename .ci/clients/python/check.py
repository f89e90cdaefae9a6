"""Tests a server with the official Python client, in one revision of the protocol.

    python check.py <cases.json> <revision> <server's name and version> <URL | command…>

The cases specify requests and expected results; ../typescript/check.mjs uses the same file.
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

# More than the number of worker threads that a server is likely to have.
CALLS_TO_CANCEL = 8
MAX_DELAY = 2.0
TIMEOUT = 10.0

server = Http(TARGET[0], REVISION, MODERN) if TARGET[0].startswith("http") else Stdio(TARGET)
failed = False


async def check(subject, body, *arguments):
    global failed
    try:
        verdict, note = "ok  ", await body(*arguments)
    except Exception as error:  # Any exception is a failure of the check.
        verdict, note, failed = "FAIL", reason(error), True
    print(f"{verdict} python     {server.name:5} {REVISION}  {subject}{f': {note}' if note else ''}", flush=True)


def reason(error):
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    text = " ".join(str(error).split())
    return text[:1000] if isinstance(error, AssertionError) else f"{type(error).__name__}: {text[:1000]}"


def ensure(condition, message):
    if not condition:
        raise AssertionError(message)


def contains(actual, expected):
    """Returns true if the actual value has all members of the expected objects and is otherwise equal."""
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


def ensure_listed(listed, expected):
    for name in expected:
        ensure(any(item.name == name for item in listed), f"{name} is not listed")


def text_of(contents):
    return "\n".join(getattr(getattr(content, "resource", content), "text", "") for content in contents)


async def expect_code(request, expected):
    """Checks that the request fails with this error code."""
    try:
        result = await request
    except MCPError as error:
        ensure(error.code == expected, f"expected the error {expected}, got {error.code}")
    else:
        raise AssertionError(f"expected the error {expected}, got {str(result)[:300]}")


# ---- Connection ----


class Warnings(logging.Handler):
    """Records the client's log messages about the server: invalid lines, responses to unknown requests."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        if record.levelno >= logging.WARNING or record.msg.startswith("drop"):
            cause = f" {record.exc_info[1]}" if record.exc_info else ""
            self.texts.append(record.getMessage() + cause)


async def all_pages(fetch, items):
    all_items, cursor = [], None
    while True:
        page = await fetch(cursor=cursor)
        all_items += getattr(page, items)
        cursor = page.next_cursor
        if cursor is None:
            return all_items


# ---- Checks ----


async def check_connection(client):
    version, info = client.protocol_version, client.server_info
    ensure(version == REVISION, f"negotiated {version}")
    identity = f"{info.name} {info.version}" if info else "no server info"
    ensure(not IDENTITY or identity == IDENTITY, f"the server is {identity}, not {IDENTITY}")
    return f"{'modern' if MODERN else 'legacy'}, {identity}"


async def check_tools(client):
    tools = []

    async def listed():
        tools.extend(await all_pages(client.list_tools, "tools"))
        ensure_listed(tools, CASES["tools"])
        return f"{len(tools)}"

    await check("tools: list", listed)
    for tool in tools:
        await check(f"tool {tool.name}: schemas", check_schemas, tool)
        for index, case in enumerate(CASES["tools"].get(tool.name, [])):
            await check(f"tool {tool.name}: case {index + 1}", check_call, client, tool, case)
    await check("an unknown tool is a protocol error", expect_code, client.call_tool("no_such_tool", {}), -32602)


async def check_schemas(tool):
    for schema in filter(None, [tool.input_schema, tool.output_schema]):
        validator_for(schema, Draft202012Validator).check_schema(schema)
    ensure(CASES["tools"].get(tool.name), "there is no case for this tool")


async def check_call(client, tool, case):
    request = client.call_tool(tool.name, case["arguments"])
    if "error" in case:
        return await expect_code(request, case["error"])
    if not case.get("isError"):
        Draft202012Validator(tool.input_schema).validate(case["arguments"])
    result = await request
    text = text_of(result.content)
    ensure(bool(result.is_error) == case.get("isError", False), f"isError is {result.is_error}: {text[:500]}")
    expect_text(text, case.get("text", ()))
    if STRUCTURED and "structured" in case:
        content = result.structured_content
        ensure(contains(content, case["structured"]), f"the structured content is {json.dumps(content)[:500]}")


async def check_progress(client, case):
    values = []

    async def on_progress(progress, _total, _message):
        values.append(progress)

    await client.call_tool(case["name"], case["arguments"], progress_callback=on_progress)
    ensure(len(values) > 1, f"expected at least 2 notifications, got {len(values)}")
    ensure(all(map(float.__lt__, values, values[1:])), f"the progress does not increase: {values}")
    return f"{len(values)} notifications"


async def check_cancel(client, slow, then):
    async def call():
        result = await client.call_tool(slow["name"], slow["arguments"])
        raise AssertionError(f"the call completed before it was cancelled: {str(result)[:500]}")

    async with anyio.create_task_group() as calls:
        for _ in range(CALLS_TO_CANCEL):
            calls.start_soon(call)
        await anyio.sleep(0.5)
        aborted = time.monotonic()
        calls.cancel_scope.cancel()
    ensure(time.monotonic() - aborted < MAX_DELAY, "the client did not cancel the calls in time")
    called = time.monotonic()
    await client.call_tool(then["name"], then["arguments"])
    took = time.monotonic() - called
    ensure(took < MAX_DELAY, f"the next call took {took:.3f} s")
    # A response to a cancelled call would arrive now, and the client would log a warning.
    await anyio.sleep(0.5)
    return f"the next call took {took * 1000:.0f} ms"


async def check_resources(client, listed, templates, read, unknown):
    async def resources():
        uris = [resource.uri for resource in await all_pages(client.list_resources, "resources")]
        for uri in listed:
            ensure(uri in uris, f"{uri} is not in {uris}")
        for uri in uris:
            await client.read_resource(uri)
        return f"{len(uris)}, all readable"

    async def resource_templates():
        listed_templates = await all_pages(client.list_resource_templates, "resource_templates")
        patterns = [template.uri_template for template in listed_templates]
        for template in templates:
            ensure(template in patterns, f"{template} is not in {patterns}")
        return f"{len(patterns)}"

    async def resource(uri, text=()):
        expect_text(text_of((await client.read_resource(uri)).contents), text)

    await check("resources: list", resources)
    await check("resources: templates", resource_templates)
    for case in read:
        await check(f"resource {case['uri']}", lambda case: resource(**case), case)
    for uri in unknown:
        code = -32602 if MODERN else -32002
        await check(f"unknown resource {uri}", expect_code, client.read_resource(uri), code)


async def check_prompts(client, cases):
    prompts = []

    async def listed():
        prompts.extend(await all_pages(client.list_prompts, "prompts"))
        ensure_listed(prompts, cases)
        return f"{len(prompts)}"

    async def prompt(name):
        ensure(cases.get(name), "there is no case for this prompt")
        for case in cases[name]:
            result = await client.get_prompt(name, case["arguments"])
            expect_text(text_of(message.content for message in result.messages), case.get("text", ()))

    await check("prompts: list", listed)
    for item in prompts:
        await check(f"prompt {item.name}", prompt, item.name)


async def check_completion(client, case):
    kind = PromptReference if case["ref"]["type"] == "ref/prompt" else ResourceTemplateReference
    result = await client.complete(kind(**case["ref"]), case["argument"])
    ensure(contains(result.completion.values, case["values"]), f"got {result.completion.values}")


async def check_changes(client, notifications):
    """Checks that each call changes a list and that the client is notified."""
    notes = []
    for change in CASES["changes"]:
        async with subscribed(client, change["list"], notifications) as next_change:
            counts = [await count_after(client, change, next_change) for _ in range(2)]
        ensure(counts[0] != counts[1], f"the list of {change['list']} has {counts[0]} entries both times")
        notes.append(f"{counts[0]} and then {counts[1]} {change['list']}")
    return ", ".join(notes)


@asynccontextmanager
async def subscribed(client, kind, notifications):
    """Subscribes to changes of a list, and yields a function that waits for the next change."""

    async def next_notification():
        while getattr(await notifications.receive(), "method", None) != f"notifications/{kind}/list_changed":
            pass

    if MODERN:
        async with client.listen(**{f"{kind}_list_changed": True}) as subscription:
            yield subscription.__anext__
    else:
        yield next_notification


async def count_after(client, change, next_change):
    await client.call_tool(change["call"]["name"], change["call"]["arguments"])
    with anyio.fail_after(TIMEOUT):
        await next_change()
    return len(await all_pages(getattr(client, f"list_{change['list']}"), change["list"]))


async def check_all(client):
    await check("connect", check_connection, client)
    if "tools" in CASES:
        await check_tools(client)
    if "progress" in CASES:
        await check("progress increases", check_progress, client, CASES["progress"])
    if "cancel" in CASES:
        await check("cancelled calls release resources", check_cancel, client, *map(CASES["cancel"].get, ("slow", "then")))
    if "resources" in CASES:
        await check_resources(client, **CASES["resources"])
    if "prompts" in CASES:
        await check_prompts(client, CASES["prompts"])
    for case in CASES.get("completions", []):
        argument = case["argument"]
        subject = f'completion of {argument["name"]} from "{argument["value"]}"'
        await check(subject, check_completion, client, case)


async def main():
    warnings, (sender, notifications) = Warnings(), anyio.create_memory_object_stream(math.inf)
    logger = logging.getLogger("mcp")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(warnings)

    def new_client():
        mode = "auto" if MODERN else "legacy"
        return Client(server.connection(), mode=mode, read_timeout_seconds=30, message_handler=sender.send)

    async def no_warnings():
        # Over HTTP, the client itself answers a call whose stream ends without a response, also a cancelled one.
        own = "dropping response for unknown/late request id"
        texts = [text for text in warnings.texts if MODERN or isinstance(server, Stdio) or not text.startswith(own)]
        ensure(not texts, "; ".join(texts))

    async with new_client() as client:
        notified = (lambda: check_changes(client, notifications)) if "changes" in CASES else None
        await check_all(client)
        if notified:
            await check("the client is notified of changes", notified)
        await check("the client logs no warnings", no_warnings)
        for subject, body in server.checks(client, notified).items():
            await check(subject, body)
    for subject, body in server.checks_after_close(new_client).items():
        await check(subject, body)


async def fail(error):
    raise error


try:
    anyio.run(main)
except Exception as error:  # The client failed to connect or to close the connection.
    anyio.run(check, "connection", fail, error)
sys.exit(failed)
