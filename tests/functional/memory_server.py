"""`lightfast memory serve` over real sockets.

    with MemoryServer(home / "data") as memory:
        memory.add({"id": "a", "title": "Retries", "body": "After a 503 we wait."})
        memory.search("retry").json["results"]

Leaving the block ends it as an operator would.
"""
from harness import LIGHTFAST
from http_server import HttpServer


def document(name, **more):
    return {"id": name, "title": f"Document {name}", "body": "some words of it", "source": "wiki", "type": "page"} | more


class MemoryServer(HttpServer):
    def __init__(self, data, key=None, listen="127.0.0.1:0", options=(), before=None):
        super().__init__(None, data, before=before, environment={"LIGHTFAST_MEMORY_API_KEY": key} if key else None)
        self.command = [LIGHTFAST, "memory", "serve", "--listen", listen, "--data-dir", str(data), *map(str, options)]
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, path, body, **headers):
        return self.post(path, body, **self.headers | headers)

    def add(self, *documents):
        return self.ask("/v1/documents", {"documents": documents})

    def search(self, query, **more):
        return self.ask("/v1/search", {"query": query, **more})

    def found(self, query, **more):
        return [result["id"] for result in self.search(query, **more).json["results"]]

    def contents(self, *names, **more):
        return self.ask("/v1/contents", {"ids": names, **more})
