//! Projects and what is decided of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::text::Files;

pub(super) const DJANGO: &str =
    "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
pub(super) const FASTAPI: &str = "from fastapi import FastAPI\n\napp = FastAPI()\n";
pub(super) const FLASK: &str = "from flask import Flask\n\napp = Flask(__name__)\n";
const PACKAGE: &str = "[project]\nname='shop'\n[project.scripts]\nshop='shop:main'\n[build-system]\n";

fn decide(files: &[(&str, &str)], packages: Option<&str>, port: Option<u16>) -> String {
    answer(files, packages, port, false)
}

/// Reads what is asked for until there is an answer.
pub(super) fn answer(
    files: &[(&str, &str)],
    packages: Option<&str>,
    port: Option<u16>,
    no_shell: bool,
) -> String {
    let mut all = Files::default();
    let paths: BTreeSet<String> =
        files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| is_wanted(path)).collect();
    let packages: Option<BTreeSet<String>> =
        packages.map(|names| names.split_whitespace().map(str::to_owned).collect());
    let mut contents = BTreeMap::new();
    loop {
        let packages = packages.as_ref();
        let view = View { paths: &paths, contents: &contents, packages, port, no_shell };
        match start(&view) {
            Ok(Outcome::Needs(needs)) => {
                for path in needs {
                    let file = files.iter().find(|(known, _)| *known == path);
                    let file = file.map(|(path, text)| all.add(*path, *text));
                    assert!(contents.insert(path.clone(), file).is_none(), "{path} is asked for twice");
                }
            }
            Ok(outcome) => return show(&outcome),
            Err(error) => return error.brief(&all),
        }
    }
}

fn show(outcome: &Outcome) -> String {
    let (mut lines, help) = match outcome {
        Outcome::Start(start) => {
            let mut lines = vec![toml_argv(&start.cmd), start.reason.clone()];
            lines.extend(start.expose.map(|port| format!("port {port}")));
            lines.extend(start.env.iter().map(|(name, value)| format!("{name}={value}")));
            (lines, &start.help)
        }
        Outcome::Nothing { reason, help } => (vec![format!("nothing: {reason}")], help),
        Outcome::Needs(_) => unreachable!("is answered"),
    };
    lines.extend(help.iter().map(|help| format!("= help: {help}")));
    lines.join("\n")
}

pub(super) fn check(files: &[(&str, &str)], packages: &str) -> String {
    decide(files, Some(packages), None)
}

#[test]
fn procfile() {
    insta::assert_snapshot!(check(&[("Procfile", "web: gunicorn shop:app --bind 0.0.0.0:$PORT\nworker: celery -A shop worker\nrelease: flask db upgrade\n"), ("shop.py", "")], "gunicorn celery flask"), @r#"
    ["gunicorn", "shop:app", "--bind", "0.0.0.0:8000"]
    `Procfile` has the process `web`; `$PORT` in it is 8000
    port 8000
    PORT=8000
    = help: `worker` of `Procfile` can be an image of its own: `[stages.worker]` with `from = "app"` and `cmd = ["celery", "-A", "shop", "worker"]`
    = help: `release` of `Procfile` is not run by the image; before it starts, run ["flask", "db", "upgrade"] in it
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "# hello\nweb: gunicorn shop:app\n")], ""), @r#"
    ["gunicorn", "shop:app"]
    `Procfile` has the process `web`
    port 8000
    PORT=8000
    = help: `gunicorn` is of `gunicorn`, which is not among the packages
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: cd src && python main.py $PORT")], ""), @r#"
    ["/bin/sh", "-c", "cd src && python main.py $PORT"]
    `Procfile` has the process `web`, for the shell
    port 8000
    PORT=8000
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "worker: python bot.py")], ""), @r#"
    ["python", "bot.py"]
    `Procfile` has the process `worker`
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "worker: python a.py\nclock: python b.py"), ("main.py", "")], ""), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    = help: `worker` of `Procfile` can be an image of its own: `[stages.worker]` with `from = "app"` and `cmd = ["python", "a.py"]`
    = help: `clock` of `Procfile` can be an image of its own: `[stages.clock]` with `from = "app"` and `cmd = ["python", "b.py"]`
    "#);
    insta::assert_snapshot!(check(&[("Procfile", "web: streamlit run ui.py --server.port ${PORT:-9000}\n"), ("manage.py", DJANGO)], "streamlit django"), @r#"
    ["streamlit", "run", "ui.py", "--server.port", "9000"]
    `Procfile` has the process `web`; `$PORT` in it is 9000
    port 9000
    PORT=9000
    "#);
}

#[test]
fn django() {
    insta::assert_snapshot!(check(&[("manage.py", DJANGO), ("shop/wsgi.py", ""), ("shop/asgi.py", "")], "django gunicorn uvicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi:application"]
    `manage.py` is that of a Django project, served by `shop.wsgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", DJANGO), ("shop/wsgi.py", ""), ("shop/asgi.py", "")], "django uvicorn"), @r#"
    ["uvicorn", "shop.asgi:application", "--host", "0.0.0.0", "--port", "8000"]
    `manage.py` is that of a Django project, served by `shop.asgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", DJANGO), ("shop/wsgi.py", ""), ("shop/asgi.py", "")], "channels daphne django gunicorn"), @r#"
    ["daphne", "-b", "0.0.0.0", "-p", "8000", "shop.asgi:application"]
    `manage.py` is that of a Django project, served by `shop.asgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", DJANGO), ("shop/wsgi.py", "")], "django"), @r#"
    ["python", "manage.py", "runserver", "0.0.0.0:8000", "--noreload"]
    `manage.py` is that of a Django project, and no server is installed
    port 8000
    = help: this is Django's development server: add `gunicorn` to the dependencies
    "#);
    insta::assert_snapshot!(check(&[("manage.py", DJANGO), ("shop/wsgi.py", "")], "django-cors-headers gunicorn"), @"
    nothing: `manage.py` is that of a Django project, but `django` is not among the packages
    = help: add `django` to the dependencies, and lock them
    ");
    insta::assert_snapshot!(check(&[("manage.py", "import os\nos.environ.setdefault(\n  'DJANGO_SETTINGS_MODULE', 'config.settings.local')"), ("config/wsgi.py", ""), ("blog/wsgi.py", "")], "django waitress"), @r#"
    ["waitress-serve", "--listen=0.0.0.0:8000", "config.wsgi:application"]
    `manage.py` is that of a Django project, served by `config.wsgi`
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("manage.py", "# os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nprint()")], "django gunicorn"), @r#"
    ["python", "manage.py"]
    `manage.py` is there to be run
    "#);
}

#[test]
fn asgi() {
    insta::assert_snapshot!(check(&[("main.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", FASTAPI)], "fastapi gunicorn uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", FASTAPI)], "fastapi hypercorn"), @r#"
    ["hypercorn", "--bind", "0.0.0.0:8000", "main:app"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", FASTAPI)], "fastapi"), @"
    nothing: `app` of `main.py` is a FastAPI app, but no server that can serve it is among the packages
    = help: add `uvicorn` to the dependencies
    ");
    insta::assert_snapshot!(check(&[("main.py", FASTAPI)], "fastapi-utils uvicorn"), @"
    nothing: `app` of `main.py` is a FastAPI app, but `fastapi` is not among the packages
    = help: add `fastapi` to the dependencies, and lock them
    ");
    insta::assert_snapshot!(check(&[("main.py", "import fastapi as f\nsite: f.FastAPI = f.FastAPI()")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:site", "--host", "0.0.0.0", "--port", "8000"]
    `site` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from starlette.applications import Starlette\napp = Starlette(\n  routes=[],\n)")], "starlette uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a Starlette app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app/__init__.py", ""), ("app/main.py", "from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()"), ("app/api.py", "")], "fastapi uvicorn"), @r#"
    ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `app/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app/main.py", "from fastapi import FastAPI\nfrom .routes import r\napp = FastAPI()")], "fastapi uvicorn"), @r#"
    ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `app/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("backend/main.py", "from fastapi import FastAPI\nimport models\napp = FastAPI()")], "fastapi uvicorn"), @r#"
    ["uvicorn", "--app-dir", "backend", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `backend/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/shop/__init__.py", ""), ("src/shop/main.py", FASTAPI), ("pyproject.toml", PACKAGE)], "fastapi shop uvicorn"), @r#"
    ["uvicorn", "shop.main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `src/shop/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/shop/__init__.py", ""), ("src/shop/main.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "--app-dir", "src", "shop.main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `src/shop/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/main.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "--app-dir", "src", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `src/main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/main.py", FASTAPI)], "fastapi hypercorn"), @"
    nothing: `app` of `src/main.py` is a FastAPI app, but no server that can serve it is among the packages
    = help: add `uvicorn` to the dependencies
    ");
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n  app = FastAPI()\n  return app")], "fastapi uvicorn"), @r#"
    ["uvicorn", "--factory", "main:create_app", "--host", "0.0.0.0", "--port", "8000"]
    `create_app` of `main.py` makes a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nfrom admin import app as admin\napp = FastAPI()\napi = FastAPI()\napp.mount('/a', admin)"), ("admin.py", FASTAPI)], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from sanic import Sanic\napp = Sanic('shop')")], "sanic"), @r#"
    ["sanic", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a Sanic app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from quart import Quart\napp = Quart(__name__)")], "flask hypercorn quart"), @r#"
    ["hypercorn", "--bind", "0.0.0.0:8000", "main:app"]
    `app` of `main.py` is a Quart app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from litestar import Litestar\napp = Litestar([])")], "litestar uvicorn"), @r#"
    ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `app.py` is a Litestar app
    port 8000
    "#);
}

#[test]
fn wsgi() {
    insta::assert_snapshot!(check(&[("app.py", FLASK)], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", FLASK)], "flask waitress"), @r#"
    ["waitress-serve", "--listen=0.0.0.0:8000", "app:app"]
    `app` of `app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", FLASK)], "flask"), @r#"
    ["python", "-m", "flask", "--app", "app:app", "run", "--host", "0.0.0.0", "--port", "5000"]
    `app` of `app.py` is a Flask app
    port 5000
    = help: this is Flask's development server: add `gunicorn` to the dependencies
    "#);
    insta::assert_snapshot!(check(&[("app.py", FLASK)], "flask-cors gunicorn"), @"
    nothing: `app` of `app.py` is a Flask app, but `flask` is not among the packages
    = help: add `flask` to the dependencies, and lock them
    ");
    insta::assert_snapshot!(check(&[("app.py", "# from flask import Flask\n# app = Flask(__name__)\n")], "flask gunicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from flask import Flask\n'''\napp = Flask(__name__)\n'''\nprint()")], "flask gunicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from flask import Flask\ndef f():\n    app = Flask(__name__)\n")], "flask gunicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from notflask import Flask\napp = Flask(__name__)")], "flask gunicorn"), @r#"
    ["python", "app.py"]
    `app.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("flaskr/__init__.py", "from flask import Flask\ndef create_app(test_config=None):\n    pass")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "flaskr:create_app()"]
    `create_app` of `flaskr/__init__.py` makes a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("flaskr/__init__.py", "from flask import Flask\ndef create_app(test_config=None):\n    pass")], "flask"), @r#"
    ["python", "-m", "flask", "--app", "flaskr:create_app", "run", "--host", "0.0.0.0", "--port", "5000"]
    `create_app` of `flaskr/__init__.py` makes a Flask app
    port 5000
    = help: this is Flask's development server: add `gunicorn` to the dependencies
    "#);
    insta::assert_snapshot!(check(&[("flaskr/__init__.py", "from flask import Flask\ndef create_app(config):\n    pass")], "flask gunicorn"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
    insta::assert_snapshot!(check(&[("wsgi.py", "from shop import create_app\napplication = create_app('prod')"), ("shop/__init__.py", "from flask import Flask\ndef create_app(config=None): pass")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:application"]
    `application` of `wsgi.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("wsgi.py", "from app import app\nif __name__ == '__main__':\n  app.run()"), ("app.py", FLASK)], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"]
    `app` of `wsgi.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("run.py", "from app import app\napp.run()"), ("app/__init__.py", "from flask import Flask\napp = Flask(__name__)\nfrom app import views")], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    `app` of `app/__init__.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/site.py", FLASK), ("src/app.py", FLASK)], "flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "--pythonpath", "src", "app:app"]
    `app` of `src/app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("src/app.py", FLASK)], "flask"), @r#"
    ["python", "-m", "flask", "--app", "src/app.py:app", "run", "--host", "0.0.0.0", "--port", "5000"]
    `app` of `src/app.py` is a Flask app
    port 5000
    = help: this is Flask's development server: add `gunicorn` to the dependencies
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from dash import Dash\napp = Dash(__name__)\nserver = app.server")], "dash flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "app:server"]
    `server` of `app.py` is a Dash app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("app.py", "from dash import Dash\napp = Dash(__name__)\nif __name__ == '__main__':\n  app.run(debug=True)")], "dash flask gunicorn"), @r#"
    ["python", "app.py"]
    `app` of `app.py` is a Dash app
    port 8050
    HOST=0.0.0.0
    = help: this is Dash's development server: add `gunicorn` to the dependencies, and write `server = app.server` into `app.py`
    "#);
}

#[test]
fn apps_that_functions_make() {
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\ndef start_up(x):\n    return FastAPI()\napp = start_up(1)")], "fastapi uvicorn"), @r#"
    ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `main.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("shop/__init__.py", "from flask import Flask\ndef create_app(): pass"), ("shop/app.py", "from . import create_app\napp = create_app()"), ("make_celery.py", "from shop import create_app\nflask_app = create_app()\ncelery_app = flask_app.extensions['celery']"), ("worker.py", "from celery import Celery\nfrom shop import create_app\napp = create_app()")], "celery flask gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "shop.app:app"]
    `app` of `shop/app.py` is a Flask app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()"), ("shop/asgi.py", "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()"), ("shop/__init__.py", "")], "django gunicorn"), @r#"
    ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi:application"]
    `application` of `shop/wsgi.py` is a Django app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("wsgi.py", "from shop import app"), ("asgi.py", "from shop import app"), ("shop/__init__.py", FASTAPI)], "fastapi gunicorn uvicorn"), @r#"
    ["uvicorn", "asgi:app", "--host", "0.0.0.0", "--port", "8000"]
    `app` of `asgi.py` is a FastAPI app
    port 8000
    "#);
    insta::assert_snapshot!(check(&[("a.py", "import b\nfrom flask import Flask\napp = Flask(1)"), ("b.py", "import a\nfrom flask import Flask\napp = Flask(1)")], "flask gunicorn"), @r#"
    a.py:3:1: error[two-starts]: the app may start in more than one way: `app` of `a.py` is a Flask app, and `app` of `b.py` is a Flask app
      = help: write one of these lines into the description: `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "a:app"]`, `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "b:app"]`
    "#);
}

#[test]
fn two_are_a_question() {
    insta::assert_snapshot!(check(&[("main.py", FASTAPI), ("app.py", FASTAPI)], "fastapi uvicorn"), @r#"
    app.py:3:1: error[two-starts]: the app may start in more than one way: `app` of `app.py` is a FastAPI app, and `app` of `main.py` is a FastAPI app
      = help: write one of these lines into the description: `cmd = ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]`, `cmd = ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]`
    "#);
    insta::assert_snapshot!(check(&[("main.py", FASTAPI), ("ui.py", "import streamlit as st")], "fastapi streamlit uvicorn"), @r#"
    main.py:3:1: error[two-starts]: the app may start in more than one way: `app` of `main.py` is a FastAPI app, and `ui.py` is a Streamlit app
      = help: write one of these lines into the description: `cmd = ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]`, `cmd = ["streamlit", "run", "ui.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]`
    "#);
    insta::assert_snapshot!(check(&[("main.py", "from fastapi import FastAPI\nsite = FastAPI()\nadmin = FastAPI()")], "fastapi uvicorn"), @r#"
    main.py:2:1: error[two-starts]: the app may start in more than one way: `site` of `main.py` is a FastAPI app, and `admin` of `main.py` is a FastAPI app
      = help: write one of these lines into the description: `cmd = ["uvicorn", "main:site", "--host", "0.0.0.0", "--port", "8000"]`, `cmd = ["uvicorn", "main:admin", "--host", "0.0.0.0", "--port", "8000"]`
    "#);
    insta::assert_snapshot!(check(&[("a/app.py", FLASK), ("b/app.py", FLASK)], "flask gunicorn"), @r#"
    a/app.py:3:1: error[two-starts]: the app may start in more than one way: `app` of `a/app.py` is a Flask app, and `app` of `b/app.py` is a Flask app
      = help: write one of these lines into the description: `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "--pythonpath", "a", "app:app"]`, `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "--pythonpath", "b", "app:app"]`
    "#);
    insta::assert_snapshot!(check(&[("a/__main__.py", ""), ("b/__main__.py", "")], ""), @r#"
    error[two-starts]: the app may start in more than one way: `a/__main__.py` is there to be run, and `b/__main__.py` is there to be run
      = help: write one of these lines into the description: `cmd = ["python", "-m", "a"]`, `cmd = ["python", "-m", "b"]`
    "#);
    insta::assert_snapshot!(check(&[("server.py", ""), ("bot.py", "")], ""), @r#"
    error[two-starts]: the app may start in more than one way: `bot.py` is there to be run, and `server.py` is there to be run
      = help: write one of these lines into the description: `cmd = ["python", "bot.py"]`, `cmd = ["python", "server.py"]`
    "#);
    insta::assert_snapshot!(check(&[("main.py", "if __name__ == '__main__': go()"), ("app.py", "if __name__ == '__main__': go()")], ""), @r#"
    error[two-starts]: the app may start in more than one way: `main.py` is there to be run, and `app.py` is there to be run
      = help: write one of these lines into the description: `cmd = ["python", "main.py"]`, `cmd = ["python", "app.py"]`
    "#);
}

#[test]
fn scripts_of_frameworks() {
    insta::assert_snapshot!(check(&[("ui.py", "import streamlit as st"), ("helpers.py", "x = 1")], "streamlit"), @r#"
    ["streamlit", "run", "ui.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
    `ui.py` is a Streamlit app
    port 8501
    "#);
    insta::assert_snapshot!(check(&[("ui.py", "import streamlit as st\nimport charts"), ("charts.py", "import streamlit")], "streamlit"), @r#"
    ["streamlit", "run", "ui.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
    `ui.py` is a Streamlit app
    port 8501
    "#);
    insta::assert_snapshot!(check(&[("ui.py", "import streamlit as st")], ""), @"
    nothing: `ui.py` is a Streamlit app, but `streamlit` is not among the packages
    = help: add `streamlit` to the dependencies, and lock them
    ");
    insta::assert_snapshot!(check(&[("demo.py", "import gradio as gr\nwith gr.Blocks() as demo: pass\ndemo.launch()")], "gradio"), @r#"
    ["python", "demo.py"]
    `demo.py` is a Gradio app
    port 7860
    GRADIO_SERVER_NAME=0.0.0.0
    "#);
    insta::assert_snapshot!(check(&[("srv.py", "from aiohttp import web\napp = web.Application()\nweb.run_app(app)")], "aiohttp"), @r#"
    ["python", "srv.py"]
    `srv.py` is an aiohttp server
    port 8080
    "#);
    insta::assert_snapshot!(check(&[("client.py", "import aiohttp\naiohttp.ClientSession()")], "aiohttp"), @r#"
    ["python", "client.py"]
    `client.py` is there to be run
    "#);
}

#[test]
fn commands_of_the_project() {
    insta::assert_snapshot!(check(&[("pyproject.toml", PACKAGE)], "shop"), @r#"
    ["shop"]
    `shop` is the command of `pyproject.toml`
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", PACKAGE), ("main.py", "")], "click"), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    = help: `pyproject.toml` has the command `shop`, but the project is not installed: it needs a `[build-system]`, and its lock must have it
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", "[project]\nname='Big_Shop'\n[project.scripts]\nbig-shop='s:m'\nother='s:n'\n[build-system]")], "big-shop"), @r#"
    ["big-shop"]
    `big-shop` is the command of `pyproject.toml` that is called like the project
    "#);
    insta::assert_snapshot!(check(&[("pyproject.toml", "[project]\nname='shop'\n[project.scripts]\na='s:m'\nb='s:n'\n[build-system]")], "shop"), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    = help: `pyproject.toml` has several commands: `cmd = ["a"]`, `cmd = ["b"]`
    "#);
}

#[test]
fn files() {
    insta::assert_snapshot!(check(&[("__main__.py", ""), ("main.py", "")], ""), @r#"
    ["python", "."]
    `__main__.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("bot/__main__.py", ""), ("main.py", "")], ""), @r#"
    ["python", "-m", "bot"]
    `bot/__main__.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("src/bot/__main__.py", ""), ("pyproject.toml", "[project]\nname='bot'")], "bot"), @r#"
    ["python", "-m", "bot"]
    `src/bot/__main__.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("src/bot/__main__.py", "")], ""), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
    insta::assert_snapshot!(check(&[("main.py", ""), ("helpers.py", "")], ""), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("main.py", "import app\nif __name__ == '__main__': app.go()"), ("app.py", "if __name__ == '__main__': go()")], ""), @r#"
    ["python", "main.py"]
    `main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("bot.py", ""), ("cogs.py", "")], ""), @r#"
    ["python", "bot.py"]
    `bot.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("src/main.py", "")], ""), @r#"
    ["python", "src/main.py"]
    `src/main.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("only.py", ""), ("test_only.py", ""), ("setup.py", "")], ""), @r#"
    ["python", "only.py"]
    `only.py` is there to be run
    "#);
    insta::assert_snapshot!(check(&[("one.py", ""), ("two.py", "")], ""), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    = help: FILE may be one of `one.py`, `two.py`
    "#);
    insta::assert_snapshot!(check(&[("tests/__main__.py", ""), ("README.md", "")], ""), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
    insta::assert_snapshot!(check(&[], ""), @r#"
    nothing: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
    = help: write `cmd = ["python", "FILE"]` into the description
    "#);
}

#[test]
fn packages_that_are_not_known() {
    insta::assert_snapshot!(decide(&[("app.py", FLASK)], None, None), @r#"
    ["python", "-m", "flask", "--app", "app:app", "run", "--host", "0.0.0.0", "--port", "5000"]
    `app` of `app.py` is a Flask app
    port 5000
    = help: this is Flask's development server: add `gunicorn` to the dependencies
    "#);
    insta::assert_snapshot!(decide(&[("main.py", FASTAPI)], None, None), @"
    nothing: `app` of `main.py` is a FastAPI app, but no server that can serve it is among the packages
    = help: add `uvicorn` to the dependencies
    ");
    insta::assert_snapshot!(decide(&[("pyproject.toml", PACKAGE)], None, None), @r#"
    ["shop"]
    `shop` is the command of `pyproject.toml`
    "#);
}

#[test]
fn a_port_that_the_description_sets() {
    insta::assert_snapshot!(decide(&[("Procfile", "web: run --port $PORT")], None, Some(9000)), @r#"
    ["run", "--port", "9000"]
    `Procfile` has the process `web`; `$PORT` in it is 9000
    port 9000
    PORT=9000
    "#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_project_has_one_answer(
        texts in prop::collection::vec("(import |from |def |create_app|app|Flask|flask|FastAPI|fastapi|server|main|streamlit|\\.|,|\\(|\\)|=|:|\\*|'|\"|\n|  |web: |\\$PORT|\\{|\\[project\\]|\\[project.scripts\\]|DJANGO_SETTINGS_MODULE){0,30}", 9),
        present in prop::collection::vec(any::<bool>(), 9),
        packages in prop::option::of("(flask |fastapi |gunicorn |uvicorn |django |streamlit ){0,5}"),
    ) {
        let paths = ["Procfile", "manage.py", "pyproject.toml", "main.py", "app.py", "wsgi.py", "shop/__init__.py", "shop/main.py", "src/shop/app.py"];
        let files = paths.iter().zip(&texts).zip(present).filter(|(_, present)| *present);
        let files: Vec<(&str, &str)> = files.map(|((path, text), _)| (*path, text.as_str())).collect();
        let first = decide(&files, packages.as_deref(), None);
        prop_assert_eq!(first, decide(&files, packages.as_deref(), None));
    }
}
