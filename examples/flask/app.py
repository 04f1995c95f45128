"""The smallest Flask app that is still one."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello from wheelbase!\n"


if __name__ == "__main__":
    # All addresses: a port of a container can only be published if somebody listens outside of it.
    app.run(host="0.0.0.0", port=5000)
