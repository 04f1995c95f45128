import os
import sys

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello from an image without a shell!\n"


@app.get("/where")
def where():
    return jsonify(python=sys.executable, shell=os.path.exists("/bin/sh"))


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
