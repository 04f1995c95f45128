//! Scripts that serve themselves, or that a program of their framework runs: Streamlit, Gradio, aiohttp.

use std::collections::BTreeSet;

use super::Missing;
use crate::detect::python::Module;
use crate::detect::view::Reader;
use crate::detect::{Start, argv};

/// One kind of script.
struct Kind {
    title: &'static str,
    package: &'static str,
    /// Whether a module is such a script.
    is: fn(&Module) -> bool,
    /// How it starts.
    start: fn(&str) -> Start,
}

const KINDS: &[Kind] = &[
    Kind {
        title: "a Streamlit app",
        package: "streamlit",
        is: |module| imports(module, "streamlit"),
        start: streamlit,
    },
    Kind { title: "a Gradio app", package: "gradio", is: |module| imports(module, "gradio"), start: gradio },
    Kind { title: "an aiohttp server", package: "aiohttp", is: runs_aiohttp, start: aiohttp },
];

/// The scripts of the top level, but for those in `taken`, which make an app that a server serves, and those that
/// another one imports.
pub(super) fn find(taken: &[&str], reader: &mut Reader<'_>) -> Vec<Result<Start, Missing>> {
    let mut found = vec![];
    for kind in KINDS {
        let mut scripts = vec![];
        for path in reader.top_level() {
            let Some((module, file)) = reader.module(path) else { continue };
            if (kind.is)(&module) && !taken.contains(&path) {
                scripts.push((path, module, file.span(0..0)));
            }
        }
        let imported: BTreeSet<String> =
            scripts.iter().flat_map(|(_, module, _)| module.modules.clone()).collect();
        scripts.retain(|(path, ..)| !imported.contains(path.trim_end_matches(".py")));
        let most_usual = scripts.iter().map(|(path, ..)| rank(path)).min();
        for (path, _, span) in scripts.iter().filter(|(path, ..)| Some(rank(path)) == most_usual) {
            let reason = format!("`{path}` is {}", kind.title);
            found.push(if reader.lacks(kind.package) {
                let reason = format!("{reason}, but `{}` is not among the packages", kind.package);
                Err((reason, format!("add `{}` to the dependencies, and lock them", kind.package)))
            } else {
                Ok(Start { reason, span: Some(*span), ..(kind.start)(path) })
            });
        }
    }
    found
}

/// Lower is more usual: what Streamlit itself looks for, then what most people write.
fn rank(path: &str) -> u8 {
    match path {
        "streamlit_app.py" => 0,
        "main.py" | "app.py" => 1,
        _ => 2,
    }
}

fn imports(module: &Module, package: &str) -> bool {
    module.modules.iter().any(|name| name.split('.').next() == Some(package))
}

/// aiohttp is a client more often than a server.
fn runs_aiohttp(module: &Module) -> bool {
    module.calls.iter().any(|call| module.resolve(&call.path) == "aiohttp.web.run_app")
}

fn streamlit(file: &str) -> Start {
    let options = ["--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"];
    let mut cmd = argv(["streamlit", "run", file]);
    cmd.extend(options.map(str::to_owned));
    Start { cmd, expose: Some(8501), ..Start::default() }
}

fn gradio(file: &str) -> Start {
    let env = vec![("GRADIO_SERVER_NAME".to_owned(), "0.0.0.0".to_owned())];
    Start { cmd: argv(["python", file]), expose: Some(7860), env, ..Start::default() }
}

fn aiohttp(file: &str) -> Start {
    Start { cmd: argv(["python", file]), expose: Some(8080), ..Start::default() }
}
