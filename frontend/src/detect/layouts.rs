//! Layouts of projects as they are found in the world, and what is decided of them.

use super::tests::{DJANGO, FASTAPI, FLASK, answer, check};

#[test]
fn factories_and_entries() {
    insta::assert_snapshot!(check(&[("app/__init__.py", "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"), ("wsgi.py", "from app import create_app\n\napp = create_app()\n\nif __name__ == '__main__':\n    app.run()\n"), ("config.py", "DEBUG = True")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"]
    `app` of `wsgi.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app/__init__.py", "import flask as f\napp = f.Flask(__name__)"), ("run.py", "from app import app\nif __name__ == '__main__':\n    app.run(host='0.0.0.0')")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app/__init__.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from fastapi import FastAPI as F\napplication: F = F(title='x')\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "app:application", "--host", "0.0.0.0", "--port", "8000"]
    `application` of `app.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("asgi.py", "from shop.factory import create_app\n\napp = create_app()"), ("shop/__init__.py", ""), ("shop/factory.py", "from fastapi import FastAPI\ndef create_app():\n    return FastAPI()")], "fastapi uvicorn starlette"), @r#"
    ["uvicorn", "asgi:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `asgi.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from shop import app\n"), ("shop/__init__.py", "from .core import app\n"), ("shop/core.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "import uvicorn\nfrom shop.app import app\n\nif __name__ == '__main__':\n    uvicorn.run(app, host='0.0.0.0', port=9000)\n"), ("shop/__init__.py", ""), ("shop/app.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "shop.app:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `shop/app.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run('main:app', host='0.0.0.0', port=9000)\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nfrom asgi_correlation_id import CorrelationIdMiddleware\n\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n\napp = create_app()\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nimport socketio\napp = FastAPI()\nsio = socketio.AsyncServer()\napp = socketio.ASGIApp(sio, app)\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
}

#[test]
fn conditions_and_decorators() {
    insta::assert_snapshot!(check(&[("app.py", "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flask import Flask\n\nx = 1\n")], "flask gunicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("app.py", "try:\n    from flask import Flask\nexcept ImportError:\n    from quart import Quart as Flask\n\napp = Flask(__name__)\n\n@app.route('/')\ndef index():\n    return 'x'\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "import os\nfrom flask import Flask\n\nif os.environ.get('X'):\n    app = Flask('a')\nelse:\n    app = Flask('b')\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nfrom contextlib import asynccontextmanager\n\n@asynccontextmanager\nasync def lifespan(app: FastAPI):\n    yield\n\napp = FastAPI(lifespan=lifespan)\n\n@app.get('/')\nasync def root():\n    return {}\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI, APIRouter\nrouter = APIRouter()\n"), ("app.py", "import main\nfrom fastapi import FastAPI\napp = FastAPI()\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `app.py` is a FastAPI app
    port 8000
    "#);
}

#[test]
fn files_as_they_are_written() {
    insta::assert_snapshot!(check(&[("app.py", "\u{feff}from flask import Flask\r\n\r\napp = Flask(__name__)\r\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "# -*- coding: latin-1 -*-\nfrom flask import Flask\nname = 'caf\u{fffd}'\napp = Flask(__name__)\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from flask import Flask\napp = Flask(__name__\n\ndef broken(:\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from flask import Flask\nprint 'python 2'\napp = Flask(__name__)\n"), ("main.py", "def (")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", FLASK), ("data.py", &format!("ROWS = [\n{}]\n", "    (1, 'x'),\n".repeat(10_000)))], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
}

#[test]
fn django_settings() {
    insta::assert_snapshot!(check(&[("manage.py", "import os, sys\nif __name__ == '__main__':\n    os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.production'\n"), ("config/__init__.py", ""), ("config/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()")], "django gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "config.wsgi:application"]
    `manage.py` is that of a Django project, served by `config.wsgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', os.getenv('SETTINGS', 'shop.settings'))\nfrom django.core.management import execute_from_command_line\n"), ("shop/__init__.py", ""), ("shop/wsgi.py", "")], "django gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi:application"]
    `manage.py` is that of a Django project, served by `shop.wsgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", "from django.core.management import execute_from_command_line\nimport sys\nexecute_from_command_line(sys.argv)"), ("shop/__init__.py", ""), ("shop/wsgi.py", "")], "django gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi:application"]
    `manage.py` is that of a Django project, served by `shop.wsgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/manage.py", DJANGO), ("src/shop/__init__.py", ""), ("src/shop/wsgi.py", "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n")], "django gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "--pythonpath", "src", "shop.wsgi:application"]
    `application` of `src/shop/wsgi.py` is a Django app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("backend/manage.py", DJANGO), ("backend/shop/wsgi.py", "")], "django gunicorn"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
}

#[test]
fn procfiles() {
    insta::assert_snapshot!(check(&[("Procfile", "web: gunicorn app:app --bind 0.0.0.0:$PORT\r\nworker: celery -A app.celery worker\r\n")], "flask gunicorn celery"), @r#"
    ["gunicorn", "app:app", "--bind", "0.0.0.0:8000"]
    `Procfile` has the process `web`; `$PORT` in it is 8000
    port 8000
    PORT=8000
    = help: `worker` of `Procfile` can be an image of its own: `[stages.worker]` with `from = "app"` and `cmd = ["celery", "-A", "app.celery", "worker"]`
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: DJANGO_DEBUG=0 gunicorn shop.wsgi --log-file -\n")], "django gunicorn"), @r#"
    ["gunicorn", "shop.wsgi", "--log-file", "-"]
    `Procfile` has the process `web`
    port 8000
    DJANGO_DEBUG=0
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: PYTHONPATH=src WORKERS='2 3' gunicorn app:app\n")], "gunicorn"), @r#"
    ["gunicorn", "app:app"]
    `Procfile` has the process `web`
    port 8000
    PYTHONPATH=src
    WORKERS=2 3
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: exec uvicorn app:app --host 0.0.0.0 --port ${PORT:-8080}\n")], "uvicorn"), @r#"
    ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8080"]
    `Procfile` has the process `web`; `$PORT` in it is 8080
    port 8080
    PORT=8080
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: bash start.sh\n")], ""), @r#"
    ["bash", "start.sh"]
    `Procfile` has the process `web`
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "worker: celery -A tasks worker -l info\n")], "celery"), @r#"
    ["celery", "-A", "tasks", "worker", "-l", "info"]
    `Procfile` has the process `worker`
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: gunicorn app:app --workers=${WEB_CONCURRENCY:-2}\n")], "gunicorn"), @r#"
    ["/bin/sh", "-c", "gunicorn app:app --workers=${WEB_CONCURRENCY:-2}"]
    `Procfile` has the process `web`, for the shell
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: python manage.py migrate && gunicorn shop.wsgi\n")], "gunicorn django"), @r#"
    ["/bin/sh", "-c", "python manage.py migrate && gunicorn shop.wsgi"]
    `Procfile` has the process `web`, for the shell
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "\u{feff}web: gunicorn app:app\n")], "gunicorn"), @r#"
    ["gunicorn", "app:app"]
    `Procfile` has the process `web`
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: gunicorn app:app\nweb: flask run\n")], "gunicorn flask"), @r#"
    Procfile:1:1: error[two-starts]: the app may start in more than one way: `Procfile` has the process `web`, and `Procfile` has the process `web`
      = help: write one of these lines into the description: `cmd = ["gunicorn", "app:app"]`, `cmd = ["flask", "run"]`
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "")], ""), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
}

#[test]
fn scripts() {
    let table = |tables: &str| {
        format!("[project]\nname='shop'\nversion='1'\n{tables}\n[build-system]\nrequires=[]\n")
    };
    insta::assert_snapshot!(check(&[("pyproject.toml", &table("[project.scripts]\nserve='shop:main'"))], "shop"), @r#"
    ["serve"]
    `serve` is the command of `pyproject.toml`
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", &table("[project.gui-scripts]\nshop-ui='shop:main'"))], "shop"), @r#"
    ["shop-ui"]
    `shop-ui` is the command of `pyproject.toml`
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", "[tool.poetry]\nname='shop'\n[tool.poetry.scripts]\nshop='shop:main'\n[build-system]\nrequires=['poetry-core']\n")], "shop"), @r#"
    ["shop"]
    `shop` is the command of `pyproject.toml`
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", "[tool.poetry]\nname='shop'\n[tool.poetry.scripts]\nshop={callable='shop:main'}\n[build-system]\nrequires=['poetry-core']\n")], "shop"), @r#"
    ["shop"]
    `shop` is the command of `pyproject.toml`
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", &table("[project.scripts]\nshop='shop:main'\nshop-admin='shop:admin'")), ("src/shop/__init__.py", ""), ("src/shop/__main__.py", "")], "shop"), @r#"
    ["shop"]
    `shop` is the command of `pyproject.toml` that is called like the project
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", &table("[project.scripts]\nshop='shop.cli:main'")), ("src/shop/__init__.py", ""), ("src/shop/app.py", FASTAPI)], "shop fastapi uvicorn"), @r#"
    ["uvicorn", "shop.app:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `src/shop/app.py` is a FastAPI app
    port 8000
    "#);
}

#[test]
fn other_frameworks() {
    insta::assert_snapshot!(check(&[("streamlit_app.py", "import streamlit as st\nst.title('x')"), ("pages/one.py", "import streamlit as st")], "streamlit"), @r#"
    ["streamlit", "run", "streamlit_app.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
    `streamlit_app.py` is a Streamlit app
    port 8501
    "#);
    insta::assert_snapshot!(check(&[("app.py", "import streamlit as st\n"), ("utils.py", "import streamlit as st\ndef f(): st.write()\n")], "streamlit"), @r#"
    ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
    `app.py` is a Streamlit app
    port 8501
    "#);
    insta::assert_snapshot!(check(&[("app.py", "import gradio as gr\ndemo = gr.Interface(fn=f)\nif __name__ == '__main__':\n    demo.launch()\n")], "gradio fastapi uvicorn"), @r#"
    ["python", "app.py"]
    `app.py` is a Gradio app
    port 7860
    GRADIO_SERVER_NAME=0.0.0.0
    "#);
    insta::assert_snapshot!(check(&[("app.py", "import gradio as gr\nfrom fastapi import FastAPI\napp = FastAPI()\napp = gr.mount_gradio_app(app, demo, path='/')\n")], "gradio fastapi uvicorn"), @r#"
    ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `app.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("celery_app.py", "from celery import Celery\napp = Celery('tasks')\n")], "celery"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    = help: `app` of `celery_app.py` is a Celery app: a worker has `cmd = ["celery", "--app", "celery_app:app", "worker"]`
    "#);
    insta::assert_snapshot!(check(&[("tasks.py", "from celery import Celery\napp = Celery('tasks', broker='redis://')\n@app.task\ndef add(x, y): return x + y\n")], "celery"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    = help: `app` of `tasks.py` is a Celery app: a worker has `cmd = ["celery", "--app", "tasks:app", "worker"]`
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from starlette.applications import Starlette\nfrom starlette.routing import Route\napp = Starlette(debug=True, routes=[Route('/', home)])\n")], "starlette gunicorn"), @"
    nothing: `app` of `main.py` is a Starlette app, but no server that can serve it is among the packages
    = help: add `uvicorn` to the dependencies
    ");
    insta::assert_snapshot!(check(&[("app.py", "from flask_restx import Api\nfrom flask import Flask, Blueprint\nbp = Blueprint('x', __name__)\napp = Flask(__name__)\napi = Api(app)\n")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from apiflask import APIFlask\napp = APIFlask(__name__)\n")], "apiflask flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is an APIFlask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "import connexion\napp = connexion.FlaskApp(__name__)\n")], "connexion flask uvicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nclass App(FastAPI): pass\napp = App()\n")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("hello.py", "from fasthtml.common import *\napp, rt = fast_app()\nserve()\n")], "python-fasthtml uvicorn"), @r#"
    ["python", "hello.py"]
    `hello.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "def main():\n    print('Hello')\n\nif __name__ == '__main__':\n    main()\n"), ("pyproject.toml", "[project]\nname='x'\n")], ""), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("company/shop/main.py", FASTAPI)], "fastapi uvicorn"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
    insta::assert_snapshot!(check(&[("backend/app/main.py", FASTAPI), ("backend/app/__init__.py", "")], "fastapi uvicorn"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
}

#[test]
fn without_a_shell() {
    let without =
        |command: &str| answer(&[("Procfile", command), ("main.py", "")], Some("gunicorn"), None, true);
    insta::assert_snapshot!(without("web: gunicorn app:app -w 2"), @r#"
    ["gunicorn", "app:app", "-w", "2"]
    `Procfile` has the process `web`
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(without("web: A=1 gunicorn app:app && true"), @"
    nothing: the process `web` of `Procfile` takes a shell, and the base has none
    = help: write `cmd` as an array that needs no shell, or take a base that has one, such as `python:3-slim`
    ");
    insta::assert_snapshot!(without("web: bash start.sh"), @"
    nothing: the process `web` of `Procfile` takes a shell, and the base has none
    = help: write `cmd` as an array that needs no shell, or take a base that has one, such as `python:3-slim`
    ");
}

#[test]
fn apps_that_are_handed_on() {
    let core = ("shop/__init__.py", "from .core import app\n");
    insta::assert_snapshot!(check(&[("main.py", "from shop import app\n"), core], "fastapi flask uvicorn gunicorn"), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from shop import app\napp.go()\n"), core], "fastapi uvicorn"), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from shop import app\n"), ("shop/app.py", "")], "fastapi uvicorn"), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from requests import app\n")], "fastapi uvicorn"), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
}
