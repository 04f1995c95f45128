//! The web frameworks that are known: one row each.

/// One framework.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Framework {
    /// What people call it.
    pub(super) title: &'static str,
    /// The package that has it.
    pub(super) package: &'static str,
    /// The classes of its apps.
    pub(super) constructors: &'static [&'static str],
    /// How its apps are served.
    pub(super) gate: Gate,
}

/// How an app is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// By any ASGI server.
    Asgi,
    /// By any WSGI server.
    Wsgi,
    /// By its own program.
    Own,
}

/// A framework that is built on another one comes before it.
pub(super) const FRAMEWORKS: &[Framework] = &[
    Framework {
        title: "FastAPI",
        package: "fastapi",
        constructors: &["fastapi.FastAPI", "fastapi.applications.FastAPI"],
        gate: Gate::Asgi,
    },
    Framework {
        title: "Litestar",
        package: "litestar",
        constructors: &["litestar.Litestar", "litestar.app.Litestar"],
        gate: Gate::Asgi,
    },
    Framework {
        title: "Quart",
        package: "quart",
        constructors: &["quart.Quart", "quart.app.Quart"],
        gate: Gate::Asgi,
    },
    Framework {
        title: "Starlette",
        package: "starlette",
        constructors: &["starlette.applications.Starlette"],
        gate: Gate::Asgi,
    },
    Framework {
        title: "Sanic",
        package: "sanic",
        constructors: &["sanic.Sanic", "sanic.app.Sanic"],
        gate: Gate::Own,
    },
    Framework {
        title: "Dash",
        package: "dash",
        constructors: &["dash.Dash", "dash.dash.Dash"],
        gate: Gate::Wsgi,
    },
    Framework {
        title: "Django",
        package: "django",
        constructors: &["django.core.wsgi.get_wsgi_application", "django.core.asgi.get_asgi_application"],
        gate: Gate::Wsgi,
    },
    Framework {
        title: "APIFlask",
        package: "apiflask",
        constructors: &["apiflask.APIFlask", "apiflask.app.APIFlask"],
        gate: Gate::Wsgi,
    },
    Framework {
        title: "Flask",
        package: "flask",
        constructors: &["flask.Flask", "flask.app.Flask"],
        gate: Gate::Wsgi,
    },
    Framework { title: "Falcon", package: "falcon", constructors: &["falcon.App"], gate: Gate::Wsgi },
    Framework { title: "Bottle", package: "bottle", constructors: &["bottle.Bottle"], gate: Gate::Wsgi },
];

/// The framework whose app a class or function makes.
pub(super) fn made_by(constructor: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.constructors.contains(&constructor))
}
