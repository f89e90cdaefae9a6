"""A server over Streamable HTTP, and its HTTP responses."""

import codecs
import json
import re

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost

# Longer than the client's delay before it reopens a stream.
TIMEOUT = 10.0


class Http:
    name = "http"

    def __init__(self, url, revision, modern):
        self.url, self.revision, self.modern = url, revision, modern
        self.exchanges, self.problems = [], []
        self.http = httpx2.AsyncClient(transport=Recorder(self), trust_env=False, timeout=httpx2.Timeout(30, read=300))
        self.http.headers["accept-encoding"] = "identity"

    def connection(self):
        return streamable_http_client(self.url, http_client=self.http)

    def checks(self, client, notified):
        """Returns the last checks of a connected client. `notified` checks notifications of changes, if there are any."""
        if not self.modern:
            return {"a broken stream is reopened": lambda: self.check_broken_stream(notified)}
        if notified:
            broken = "a broken subscription can be renewed"
            return {broken: lambda: self.check_broken_subscription(client, notified)}
        return {}

    def checks_after_close(self, new_client):
        """Returns the checks after the client has closed its connection."""
        return {
            **({} if self.modern else {"a deleted session has ended": self.check_delete}),
            "the client can reconnect": lambda: self.check_reconnect(new_client()),
            "the HTTP responses are valid": self.check_responses,
        }

    def streams(self, method):
        return [each for each in self.exchanges if each.method == method and each.is_stream and each.is_open]

    async def check_broken_stream(self, notified):
        streams = self.streams("GET")
        if not streams:
            rejected = next((each for each in self.exchanges if each.method == "GET"), None)
            assert rejected and rejected.status == 405, f"there is no stream: {rejected}"
            return "the server has no GET stream"
        streams[0].break_connection()
        with anyio.move_on_after(TIMEOUT) as waiting:
            while streams[0] in self.streams("GET") or not self.streams("GET"):
                await anyio.sleep(0.02)
        assert not waiting.cancelled_caught, f"the stream was not reopened within {TIMEOUT} s"
        return await notified() if notified else None

    async def check_broken_subscription(self, client, notified):
        async with client.listen(tools_list_changed=True) as subscription:
            self.streams("POST")[-1].break_connection()
            try:
                with anyio.fail_after(TIMEOUT):
                    event = await anext(subscription)
            except SubscriptionLost:
                return await notified()
            raise AssertionError(f"the client returned {event} instead of an error")

    async def check_delete(self):
        last = self.exchanges[-1]
        assert last.method == "DELETE" and last.status < 300, f"the last response is {last}"
        session = last.request_headers["mcp-session-id"]
        headers = {
            "accept": "application/json, text/event-stream",
            "mcp-session-id": session,
            "mcp-protocol-version": self.revision,
        }
        async with httpx2.AsyncClient(trust_env=False) as client:
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            response = await client.post(self.url, headers=headers, json=message)
        assert response.status_code == 404, f"a request after DELETE has the status {response.status_code}"

    async def check_reconnect(self, client):
        async with client:
            return f"{len((await client.list_tools()).tools)} tools"

    async def check_responses(self):
        await self.http.aclose()
        assert not self.problems, "; ".join(self.problems)
        messages = sum(each.messages for each in self.exchanges)
        return f"{len(self.exchanges)} responses, {messages} messages"


class Recorder(httpx2.AsyncHTTPTransport):
    """A transport that records requests and responses."""

    def __init__(self, server):
        super().__init__()
        self.server = server

    async def handle_async_request(self, request):
        response = await super().handle_async_request(request)
        exchange = Exchange(request, response, self.server.problems)
        self.server.exchanges.append(exchange)
        response.stream = exchange
        return response


class Exchange(httpx2.AsyncByteStream):
    """A request, and its response as it is received."""

    def __init__(self, request, response, problems):
        self.method, self.status, self.request_headers = request.method, response.status_code, request.headers
        self.message = json.loads(request.content) if request.content else {}
        self.type = response.headers.get("content-type", "").partition(";")[0]
        self.is_stream = self.type == "text/event-stream"
        self.is_open, self.messages = True, 0
        self.body, self.problems = response.stream, problems
        self.decoder, self.text = codecs.getincrementaldecoder("utf-8")(), ""
        self.reading = anyio.CancelScope()
        if self.method == "POST" and not self.is_valid():
            problems.append(str(self))

    def __str__(self):
        return f"{self.method} {self.message.get('method', '')}: {self.status} {self.type}"

    def is_valid(self):
        if "id" not in self.message:
            return self.status == 202
        return (self.is_stream and self.status == 200) or self.type == "application/json"

    def break_connection(self):
        """Breaks the connection, as a network failure would."""
        self.is_open = False
        self.reading.cancel()

    async def __aiter__(self):
        chunks = aiter(self.body)
        while True:
            with anyio.CancelScope() as self.reading:
                chunk = await anext(chunks, None)
            if self.reading.cancelled_caught:
                raise httpx2.ReadError("the connection is broken")
            self.read(chunk)
            if chunk is None:
                return
            yield chunk

    async def aclose(self):
        self.is_open = False
        await self.body.aclose()

    def read(self, chunk):
        self.is_open = chunk is not None
        self.text += self.decoder.decode(chunk or b"", final=not self.is_open)
        if self.is_stream:
            *events, self.text = re.split(r"\r?\n\r?\n", self.text)
            for event in events:
                lines = [line.removeprefix("data:").strip() for line in event.splitlines() if line.startswith("data:")]
                self.parse("\n".join(lines))
        elif not self.is_open and self.type == "application/json":
            self.parse(self.text)

    def parse(self, text):
        if not text and self.is_stream:
            return
        try:
            assert json.loads(text)["jsonrpc"] == "2.0"
            self.messages += 1
        except (AssertionError, KeyError, TypeError, ValueError):
            self.problems.append(f"{self}: not a message: {text[:500]}")
