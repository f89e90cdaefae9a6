"""A server over Streamable HTTP, and what it answers."""

import codecs
import json
import re

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost

# More than the client waits before it opens a stream again.
PATIENTLY = 10.0


class Http:
    name = "http"

    def __init__(self, url, revision, modern):
        self.url, self.revision, self.modern = url, revision, modern
        self.exchanges, self.complaints = [], []
        self.http = httpx2.AsyncClient(transport=Recorder(self), trust_env=False, timeout=httpx2.Timeout(30, read=300))
        self.http.headers["accept-encoding"] = "identity"

    def connection(self):
        return streamable_http_client(self.url, http_client=self.http)

    def checks(self, client, hear):
        """What remains to be checked when all else was; `hear` makes the server tell of a change, if it can."""
        if not self.modern:
            return {"a stream that broke is opened again": lambda: self.check_broken_stream(hear)}
        if hear:
            broken = "a subscription that broke can be made again"
            return {broken: lambda: self.check_broken_subscription(client, hear)}
        return {}

    def checks_afterwards(self, new_client):
        """What can only be checked when the client has left."""
        return {
            **({} if self.modern else {"the session ends when it is deleted": self.check_delete}),
            "the client comes back": lambda: self.check_return(new_client()),
            "the answers are what HTTP says they are": self.check_answers,
        }

    def streams(self, method):
        return [each for each in self.exchanges if each.method == method and each.is_stream and each.is_open]

    async def check_broken_stream(self, hear):
        streams = self.streams("GET")
        if not streams:
            refused = next((each for each in self.exchanges if each.method == "GET"), None)
            assert refused and refused.status == 405, f"there is none: {refused}"
            return "the server offers none"
        streams[0].cut()
        with anyio.move_on_after(PATIENTLY) as waiting:
            while streams[0] in self.streams("GET") or not self.streams("GET"):
                await anyio.sleep(0.02)
        assert not waiting.cancelled_caught, f"not within {PATIENTLY} s"
        return await hear() if hear else None

    async def check_broken_subscription(self, client, hear):
        async with client.listen(tools_list_changed=True) as subscription:
            self.streams("POST")[-1].cut()
            try:
                with anyio.fail_after(PATIENTLY):
                    event = await anext(subscription)
            except SubscriptionLost:
                return await hear()
            raise AssertionError(f"the client takes it for {event}")

    async def check_delete(self):
        last = self.exchanges[-1]
        assert last.method == "DELETE" and last.status < 300, f"the last answer is {last}"
        session = last.request_headers["mcp-session-id"]
        headers = {
            "accept": "application/json, text/event-stream",
            "mcp-session-id": session,
            "mcp-protocol-version": self.revision,
        }
        async with httpx2.AsyncClient(trust_env=False) as client:
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            response = await client.post(self.url, headers=headers, json=message)
        assert response.status_code == 404, f"what comes after it is answered with {response.status_code}"

    async def check_return(self, client):
        async with client:
            return f"{len((await client.list_tools()).tools)} tools"

    async def check_answers(self):
        await self.http.aclose()
        assert not self.complaints, "; ".join(self.complaints)
        messages = sum(each.messages for each in self.exchanges)
        return f"{len(self.exchanges)} answers, {messages} messages"


class Recorder(httpx2.AsyncHTTPTransport):
    """Keeps what goes over the wire."""

    def __init__(self, server):
        super().__init__()
        self.server = server

    async def handle_async_request(self, request):
        response = await super().handle_async_request(request)
        exchange = Exchange(request, response, self.server.complaints)
        self.server.exchanges.append(exchange)
        response.stream = exchange
        return response


class Exchange(httpx2.AsyncByteStream):
    """A request, and its answer as it comes in."""

    def __init__(self, request, response, complaints):
        self.method, self.status, self.request_headers = request.method, response.status_code, request.headers
        self.message = json.loads(request.content) if request.content else {}
        self.type = response.headers.get("content-type", "").partition(";")[0]
        self.is_stream = self.type == "text/event-stream"
        self.is_open, self.messages = True, 0
        self.answer, self.complaints = response.stream, complaints
        self.decoder, self.text = codecs.getincrementaldecoder("utf-8")(), ""
        self.reading = anyio.CancelScope()
        if self.method == "POST" and not self.is_as_expected():
            complaints.append(str(self))

    def __str__(self):
        return f"{self.method} {self.message.get('method', '')}: {self.status} {self.type}"

    def is_as_expected(self):
        if "id" not in self.message:
            return self.status == 202
        return (self.is_stream and self.status == 200) or self.type == "application/json"

    def cut(self):
        """Break the connection: neither side is told why."""
        self.is_open = False
        self.reading.cancel()

    async def __aiter__(self):
        chunks = aiter(self.answer)
        while True:
            with anyio.CancelScope() as self.reading:
                chunk = await anext(chunks, None)
            if self.reading.cancelled_caught:
                raise httpx2.ReadError("the connection was cut")
            self.read(chunk)
            if chunk is None:
                return
            yield chunk

    async def aclose(self):
        self.is_open = False
        await self.answer.aclose()

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
            self.complaints.append(f"{self}: not a message: {text[:500]}")
