"""Local endpoints that stand in for the models of agent clients: each answers from a plan and keeps what it was shown.

    with AnthropicModel([("mcp__lightfast__lightfast_shell", {"command": "ls"}), "It is done."]) as model:
        ...   # a client with ANTHROPIC_BASE_URL=model.url
    model.requests[0]["tools"]

A plan is a list of tool calls, pairs of a name and its arguments, which ends with a text. How far it has come is read from
each request, from the tools' answers in it, so a request that is sent again is answered alike. What a client asks besides,
without any tools, is answered with a text.
"""
import http.server
import json
import threading

ASIDE = "fine"


class Model:
    """The HTTP server; `path`, `answers_in(request)` and `events_of(step, number)` are what the two wire formats differ in."""

    def __init__(self, plan):
        self.plan, self.requests, self.elsewhere = plan, [], []

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"model": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def events(self, request):
        """The stream that answers a request."""
        if not request.get("tools"):
            return self.events_of(ASIDE, 0)
        self.requests.append(request)
        done = min(len(self.answers_in(request)), len(self.plan) - 1)
        return self.events_of(self.plan[done], done)

    def shown(self):
        """What the tools answered, as the model was shown it at last."""
        return self.answers_in(self.requests[-1])


class AnthropicModel(Model):
    """The Messages API, as a stream."""
    path = "/v1/messages"

    def answers_in(self, request):
        blocks = [block for message in request["messages"] if isinstance(message["content"], list) for block in message["content"]]
        return [block for block in blocks if block["type"] == "tool_result"]

    def events_of(self, step, number):
        if isinstance(step, str):
            block, delta, reason = {"type": "text", "text": ""}, {"type": "text_delta", "text": step}, "end_turn"
        else:
            block = {"type": "tool_use", "id": f"toolu_{number}", "name": step[0], "input": {}}
            delta, reason = {"type": "input_json_delta", "partial_json": json.dumps(step[1])}, "tool_use"
        message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": "claude-test", "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
        return [{"type": "message_start", "message": message},
                {"type": "content_block_start", "index": 0, "content_block": block},
                {"type": "content_block_delta", "index": 0, "delta": delta},
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 1}},
                {"type": "message_stop"}]


class OpenAiModel(Model):
    """The Responses API, as a stream. A tool's name in a plan is a pair: its namespace and the name in it."""
    path = "/v1/responses"

    def answers_in(self, request):
        return [item for item in request["input"] if item.get("type") == "function_call_output"]

    def events_of(self, step, number):
        if isinstance(step, str):
            item = {"type": "message", "role": "assistant", "id": f"msg_{number}", "content": [{"type": "output_text", "text": step}]}
        else:
            (namespace, name), arguments = step
            item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "namespace": namespace, "name": name,
                    "arguments": json.dumps(arguments)}
        response = {"id": f"resp_{number}"}
        usage = {"input_tokens": 1, "input_tokens_details": None, "output_tokens": 1, "output_tokens_details": None, "total_tokens": 2}
        return [{"type": "response.created", "response": response},
                {"type": "response.output_item.done", "output_index": 0, "item": item},
                {"type": "response.completed", "response": {**response, "usage": usage}}]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass  # stderr is the test's

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.partition("?")[0] != self.model.path:
            self.refuse()
            return
        events = self.model.events(json.loads(body))
        text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def refuse(self):
        self.model.elsewhere.append(f"{self.command} {self.path}")
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = refuse
