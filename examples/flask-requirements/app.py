from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def hello():
    return f"Hello, {request.args.get('name', 'World')}!\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
