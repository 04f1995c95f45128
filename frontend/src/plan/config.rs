//! The configuration of the image that a stage becomes.

use super::copies::absolute;
use super::{Base, Ingredients};
use crate::image::Changes;
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

    /// The signal for a command that replaces that of the stage below: what a stage there says, or the image at the
    /// bottom. What was chosen for the command that is replaced is not for this one.
    fn inherited_signal(&self, name: &str) -> String {
        let chain = self.ancestors(name);
        let written = chain.iter().find_map(|stage| self.spec.stages.get(stage)?.stop_signal.as_ref());
        let image = chain.last().and_then(|bottom| match self.base(bottom) {
            Base::Source(image) => self.images.get(&image)?.stop_signal(),
            Base::Stage(_) | Base::Scratch => None,
        });
        written.map(|signal| signal.as_str()).or(image).unwrap_or_default().to_owned()
    }

    /// What a stage changes in the configuration of the image that it becomes.
    pub fn image_changes(&self, name: &str) -> Changes {
        let Some(written) = self.spec.stages.get(name) else { return Changes::default() };
        let owned =
            |values: &[crate::text::Spanned<String>]| values.iter().map(|v| v.value.clone()).collect();
        let pairs = |values: &[(crate::text::Spanned<String>, crate::text::Spanned<String>)]| {
            values.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect::<Vec<_>>()
        };
        let start =
            self.start.filter(|_| name == "app" && written.cmd.is_none() && written.entrypoint.is_none());
        let mut env = self.environment_env(name);
        env.extend(start.into_iter().flat_map(|start| start.env.clone()));
        env.extend(self.written_env(name, self.environment_of(name).is_some()));
        let cmd = written.cmd.as_ref().map(|cmd| cmd.value.clone()).or_else(|| Some(start?.cmd.clone()));
        let entrypoint = match (&written.entrypoint, &cmd) {
            (Some(entrypoint), _) => Some(entrypoint.value.clone()),
            (None, Some(_)) => Some(vec![]),
            (None, None) => None,
        };
        let stop_signal = written.stop_signal.as_ref().map(|signal| signal.value.clone());
        let stop_signal = stop_signal.or_else(|| {
            let interrupted = !written.init && self.interrupts(entrypoint.as_deref(), cmd.as_deref());
            let starts_other = entrypoint.is_some() && matches!(self.base(name), Base::Stage(_));
            match interrupted {
                true => Some("SIGINT".to_owned()),
                false => starts_other.then(|| self.inherited_signal(name)),
            }
        });
        let init = if written.init { [INIT, "--"].map(str::to_owned).to_vec() } else { vec![] };
        // An entrypoint of ours does not want the base's arguments.
        let cmd = cmd.or_else(|| written.entrypoint.as_ref().map(|_| vec![]));
        let mut expose: Vec<String> = owned(&written.expose);
        if expose.is_empty() {
            expose.extend(start.and_then(|start| start.expose).map(|port| format!("{port}/tcp")));
        }
        let mut labels = if name == "app" { self.labels.to_vec() } else { vec![] };
        labels.extend(pairs(&written.labels));
        Changes {
            env,
            user: self.config_user(name, written),
            // What a stage starts from has said its own.
            workdir: (written.workdir.is_some() || !matches!(self.base(name), Base::Stage(_)))
                .then(|| self.workdir(written, None)),
            init,
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
