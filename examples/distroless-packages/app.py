"""PostgreSQL's client library in an image without a shell and without a package manager."""

import ctypes
from http.server import BaseHTTPRequestHandler, HTTPServer

libpq = ctypes.CDLL("libpq.so.5")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"libpq {libpq.PQlibVersion() // 10000}\n".encode())


HTTPServer(("", 8000), Handler).serve_forever()
