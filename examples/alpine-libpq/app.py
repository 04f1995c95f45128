import ctypes.util
import os

# Before 3.14, Python looks for libraries with the help of ldconfig or a compiler, and Alpine has neither. The loader of
# musl needs nothing but the name.
ctypes.util.find_library = {"pq": "libpq.so.5"}.get

import psycopg
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def client():
    return f"libpq {psycopg.pq.version()}\n"


@app.get("/tables")
def tables():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return jsonify([name for (name,) in rows])


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
