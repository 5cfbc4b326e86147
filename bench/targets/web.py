"""A small web application on loopback: web.py. The main thread accepts, three others answer. Says its port."""
import hashlib
import html
import json
import queue
import socketserver
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

orders = [{"id": n, "customer": "customer %d" % (n % 37), "lines": list(range(n % 11))} for n in range(200)]


def render_list():
    rows = ("<tr><td>%d<td>%s</tr>" % (o["id"], html.escape(o["customer"])) for o in orders)
    return "<table>" + "".join(rows) + "</table>"


def find(number):
    return next(order for order in orders if order["id"] == number)


def etag(body):
    digest = hashlib.sha256()
    for _ in range(20):
        digest.update(body)
    return digest.hexdigest()


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/list":
        body = render_list().encode()
    elif path.startswith("/order/"):
        body = json.dumps(find(int(path.rsplit("/", 1)[1]) % len(orders))).encode()
    else:
        body = json.dumps(json.loads(json.dumps(orders))).encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("ETag", etag(body))])
    return [body]


class Handler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """Three workers take connections from a queue; the mixed-in class only shows what a request does in a thread."""

    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.set_app(application)
        self.pending = queue.Queue(64)
        for number in range(3):
            threading.Thread(target=self.serve, name="worker-%d" % number, daemon=True).start()

    def server_bind(self):
        # Not HTTPServer's, which looks up the host's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()

    def process_request(self, request, client_address):
        self.pending.put((request, client_address))

    def serve(self):
        while True:
            self.process_request_thread(*self.pending.get())


server = Server()
print(json.dumps({"ready": server.server_port}), flush=True)
server.serve_forever()
