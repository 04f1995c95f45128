//! The configuration of the image that a stage becomes.

use super::copies::absolute;
use super::stages::environment_variables;
use super::users::app_user;
use super::{Base, Ingredients};
use crate::image::{Changes, ImageConfig};
use crate::spec;

/// The init of `init = true`: a package of the distribution, which has the same name in all of them.
pub(super) const INIT: &str = "tini";

/// Commands of packages that leave signals to Python. Servers that handle SIGTERM themselves are not among them.
const INTERRUPTED: &[&str] = &["fastapi", "flask", "gradio", "mkdocs", "streamlit", "waitress-serve"];

impl Ingredients<'_> {
    /// Whether a command is stopped by an interrupt. Python as process 1 has no handler for SIGTERM, and the kernel
    /// gives process 1 no default one: it would be killed only after the grace time. SIGINT it does handle. The same
    /// holds for the project's own commands, and for some of packages.
    fn interrupts(&self, entrypoint: Option<&[String]>, cmd: Option<&[String]>) -> bool {
        let program = entrypoint.unwrap_or_default().iter().chain(cmd.unwrap_or_default()).next();
        let Some(name) = program.and_then(|program| program.rsplit('/').next()) else { return false };
        let version = name.strip_prefix("python");
        version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
            || INTERRUPTED.contains(&name)
            || self.scripts.contains(name)
    }

    /// What a stage changes in the configuration of the image that it becomes.
    pub fn image_changes(&self, name: &str) -> Changes {
        let Some(written) = self.spec.stages.get(name) else { return Changes::default() };
        let facts = self.facts_of(name);
        let owned =
            |values: &[crate::text::Spanned<String>]| values.iter().map(|v| v.value.clone()).collect();
        let pairs = |values: &[(crate::text::Spanned<String>, crate::text::Spanned<String>)]| {
            values.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect::<Vec<_>>()
        };
        let own_environment = self.has_environment(name);
        let mut env = vec![];
        if own_environment {
            let base_env = match self.base(name) {
                Base::Source(image) => self.images.get(&image).map(ImageConfig::env).unwrap_or_default(),
                Base::Stage(_) | Base::Scratch => vec![],
            };
            env = environment_variables(&base_env);
        }
        let start =
            self.start.filter(|_| name == "app" && written.cmd.is_none() && written.entrypoint.is_none());
        env.extend(start.into_iter().flat_map(|start| start.env.clone()));
        env.extend(pairs(&written.env));
        let cmd = written.cmd.as_ref().map(|cmd| cmd.value.clone()).or_else(|| Some(start?.cmd.clone()));
        let entrypoint = match (&written.entrypoint, &cmd) {
            (Some(entrypoint), _) => Some(entrypoint.value.clone()),
            (None, Some(_)) => Some(vec![]),
            (None, None) => None,
        };
        let stop_signal = written.stop_signal.as_ref().map(|signal| signal.value.clone());
        let stop_signal = stop_signal.or_else(|| {
            let interrupted = !written.init && self.interrupts(entrypoint.as_deref(), cmd.as_deref());
            interrupted.then(|| "SIGINT".to_owned())
        });
        let entrypoint = match entrypoint {
            Some(argv) if written.init => {
                Some([INIT, "--"].map(str::to_owned).into_iter().chain(argv).collect())
            }
            entrypoint => entrypoint,
        };
        // An entrypoint of ours does not want the base's arguments.
        let cmd = cmd.or_else(|| written.entrypoint.as_ref().map(|_| vec![]));
        let is_image = own_environment || written.user.is_some();
        let mut expose: Vec<String> = owned(&written.expose);
        if expose.is_empty() {
            expose.extend(start.and_then(|start| start.expose).map(|port| format!("{port}/tcp")));
        }
        let mut labels = if name == "app" { self.labels.to_vec() } else { vec![] };
        labels.extend(pairs(&written.labels));
        Changes {
            env,
            user: (is_image).then(|| {
                facts.map_or_else(String::new, |facts| app_user(written.user.as_ref()).config(facts))
            }),
            workdir: (own_environment || written.workdir.is_some()).then(|| self.workdir(written, None)),
            stop_signal,
            entrypoint,
            cmd,
            expose,
            volumes: written.volumes.iter().map(|path| absolute("/app", &path.value)).collect(),
            labels,
            healthcheck: written.healthcheck.as_ref().map(|check| healthcheck(&check.value)),
        }
    }
}

fn healthcheck(check: &spec::Healthcheck) -> serde_json::Value {
    let mut json = serde_json::Map::new();
    let test = if check.cmd.is_empty() {
        vec!["NONE".to_owned()]
    } else {
        std::iter::once("CMD".to_owned()).chain(check.cmd.iter().cloned()).collect()
    };
    json.insert("Test".into(), test.into());
    let durations = [
        ("Interval", check.interval),
        ("Timeout", check.timeout),
        ("StartPeriod", check.start_period),
        ("StartInterval", check.start_interval),
    ];
    for (key, value) in durations {
        if let Some(value) = value {
            json.insert(key.into(), value.into());
        }
    }
    if let Some(retries) = check.retries {
        json.insert("Retries".into(), retries.into());
    }
    json.into()
}
