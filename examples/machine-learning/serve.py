import json
import pickle
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy

with open("model.pickle", "rb") as file:
    model, names = pickle.load(file)

MEASURES = ["sepal-length", "sepal-width", "petal-length", "petal-width"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        try:
            flower = numpy.array([[float(query[name][0]) for name in MEASURES]])
        except (KeyError, ValueError):
            return self.answer(400, {"wanted": MEASURES})
        chances = model.predict_proba(flower)[0]
        self.answer(200, {"iris": names[int(chances.argmax())], "chance": round(float(chances.max()), 3)})

    def answer(self, status, value):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode() + b"\n")


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("", 8000), Handler).serve_forever()
