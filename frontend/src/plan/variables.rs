//! Environment variables: of a stage's steps, and of the image that it becomes.

use super::{Base, Ingredients, VENV};
use crate::image::{DEFAULT_PATH, ImageConfig, set_env};

type Variables = Vec<(String, String)>;

impl Ingredients<'_> {
    /// The variables of a stage's steps: those of what it starts from, those that every environment has, its own.
    pub(super) fn env(&self, name: &str, below: Variables) -> Variables {
        let environment = self.environment_of(name);
        let mut env = below;
        if environment.as_deref() == Some(name) {
            let variables = of_environment(&env);
            set_all(&mut env, variables);
        }
        set_all(&mut env, self.written_env(name, environment.is_some()));
        env
    }

    /// The variables that the environment of a stage brings, if it is this stage that makes it.
    pub(super) fn environment_env(&self, name: &str) -> Variables {
        if self.has_environment(name) { of_environment(&self.env_below(name)) } else { vec![] }
    }

    /// The variables that are written in a stage. In an environment its programs stay first on `PATH`.
    pub(super) fn written_env(&self, name: &str, in_environment: bool) -> Variables {
        let written = self.spec.stages.get(name).into_iter().flat_map(|stage| &stage.env);
        let value = |name: &str, value: &str| match name {
            "PATH" if in_environment => with_environment(value),
            _ => value.to_owned(),
        };
        written.map(|(name, text)| (name.value.clone(), value(&name.value, &text.value))).collect()
    }

    /// Where the interpreter of a stage's environment is looked for.
    pub(super) fn search_path(&self, name: &str) -> String {
        let mut env = self.env_below(name);
        set_all(&mut env, self.written_env(name, false));
        path(&env).to_owned()
    }

    /// The variables of what a stage starts from.
    pub(super) fn env_below(&self, name: &str) -> Variables {
        let mut env = vec![];
        for stage in self.chain(name).iter().rev() {
            if let Base::Source(image) = self.base(stage) {
                env = self.images.get(&image).map(ImageConfig::env).unwrap_or_default();
            }
            if stage != name {
                env = self.env(stage, env);
            }
        }
        env
    }
}

/// What every environment sets: its programs come first on `PATH`, and output is not held back.
fn of_environment(below: &[(String, String)]) -> Variables {
    vec![("PATH".into(), with_environment(path(below))), ("PYTHONUNBUFFERED".into(), "1".into())]
}

fn with_environment(path: &str) -> String {
    let programs = format!("{VENV}/bin");
    if path.split(':').next() == Some(&programs) { path.to_owned() } else { format!("{programs}:{path}") }
}

fn path(env: &[(String, String)]) -> &str {
    env.iter().find(|(name, _)| name == "PATH").map_or(DEFAULT_PATH, |(_, path)| path)
}

fn set_all(env: &mut Variables, variables: Variables) {
    for (name, value) in variables {
        set_env(env, &name, &value);
    }
}
