import os
import platform

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello from the backend!\n"


@app.get("/where")
def where():
    return jsonify(python=platform.python_version(), user=os.getuid())


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
