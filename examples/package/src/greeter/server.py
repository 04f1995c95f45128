import tomllib
from importlib.resources import files

from waitress import serve

from greeter import __version__

GREETINGS = tomllib.loads(files("greeter").joinpath("greetings.toml").read_text())


def app(environ, start_response):
    language = environ["PATH_INFO"].strip("/") or "en"
    greeting = GREETINGS.get(language)
    start_response("200 OK" if greeting else "404 Not Found", [("Content-Type", "text/plain")])
    return [f"{greeting or 'No such language'} from greeter {__version__}\n".encode()]


def main():
    serve(app, host="0.0.0.0", port=8080)
