//! The image configuration: the base's, with what the description says on top.
//!
//! The base's JSON is kept as it is, unknown keys and all (OCI image-spec `config.md`); only what a description
//! or the exporter decides is replaced. The exporter fills in `rootfs`.

use serde::Serialize;
use serde_json::{Map, Value, json};
use wheelbase_helper::contract::MTIME;

/// What BuildKit and runc assume where an image says nothing.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The comment of our entries in an image's history.
const COMMENT: &str = "wheelbase";

/// An image configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageConfig {
    json: Map<String, Value>,
}

/// What a stage changes in the configuration of its base. `None` and empty: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Changes {
    /// Environment variables, in order; a variable that the base has keeps its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<(String, String)>,
    /// `uid:gid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Absolute path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<String>,
    /// Argv; `Some(vec![])` clears the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Argv; `Some(vec![])` clears the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// `5000/tcp`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose: Vec<String>,
    /// Absolute paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Labels, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(String, String)>,
    /// What starts the entrypoint, which is then its arguments: an init.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub init: Vec<String>,
    /// `SIGINT`; empty: none, whatever the base has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// The `Healthcheck` object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Value>,
}

impl ImageConfig {
    /// Reads the configuration of a base.
    ///
    /// # Errors
    /// What is wrong with it, if it is no JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let json = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        Ok(Self { json })
    }

    /// The configuration of `scratch`.
    pub fn scratch() -> Self {
        Self { json: Map::new() }
    }

    /// Environment variables, in order.
    pub fn env(&self) -> Vec<(String, String)> {
        let list = self.inner("Env").and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The value of `PATH`, or what is assumed without one.
    pub fn path(&self) -> String {
        let path = self.env().into_iter().find(|(name, _)| name == "PATH");
        path.map_or_else(|| DEFAULT_PATH.to_owned(), |(_, value)| value)
    }

    /// Whether the image is made to start something of its own: neither nothing, nor a bare shell or interpreter.
    pub fn starts_something(&self) -> bool {
        let argv = |key: &str| {
            let words = self.inner(key).and_then(Value::as_array).into_iter().flatten();
            words.filter_map(Value::as_str).collect::<Vec<&str>>()
        };
        let bare = |word: &str| {
            let name = word.rsplit('/').next().unwrap_or(word);
            matches!(name, "sh" | "bash" | "ash" | "dash") || name.starts_with("python")
        };
        match (argv("Entrypoint").as_slice(), argv("Cmd").as_slice()) {
            ([], []) => false,
            ([], [only]) => !bare(only),
            _ => true,
        }
    }

    /// The working directory; `/` where nothing is said.
    pub fn workdir(&self) -> &str {
        self.inner("WorkingDir").and_then(Value::as_str).filter(|dir| !dir.is_empty()).unwrap_or("/")
    }

    /// The user, if one is named: a name or a number, maybe with `:` and a group.
    pub fn user(&self) -> Option<&str> {
        self.inner("User").and_then(Value::as_str).filter(|user| !user.is_empty())
    }

    /// The signal that stops what it starts, if it says one.
    pub fn stop_signal(&self) -> Option<&str> {
        self.inner("StopSignal").and_then(Value::as_str).filter(|signal| !signal.is_empty())
    }

    /// `architecture` and `os`, if the base says them.
    pub fn platform(&self) -> Option<(&str, &str)> {
        Some((self.json.get("architecture")?.as_str()?, self.json.get("os")?.as_str()?))
    }

    /// Sets the platform that the image is for; `variant` may be empty.
    #[must_use]
    pub fn for_platform(mut self, os: &str, architecture: &str, variant: &str) -> Self {
        self.json.insert("architecture".into(), architecture.into());
        self.json.insert("os".into(), os.into());
        if variant.is_empty() {
            self.json.shift_remove("variant");
        } else {
            self.json.insert("variant".into(), variant.into());
        }
        self
    }

    /// Puts what a stage says on top.
    #[must_use]
    pub fn with(mut self, changes: &Changes) -> Self {
        let mut env = self.env();
        for (name, value) in &changes.env {
            set_env(&mut env, name, value);
        }
        set_env_default(&mut env, "PATH", DEFAULT_PATH);
        let env: Vec<String> = env.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.set("Env", Some(json!(env)));
        self.set("User", changes.user.as_ref().map(|user| json!(user)));
        self.set("WorkingDir", changes.workdir.as_ref().map(|workdir| json!(workdir)));
        self.set_argv("Entrypoint", changes.entrypoint.as_deref());
        self.set_argv("Cmd", changes.cmd.as_deref());
        self.start_with(&changes.init);
        match changes.stop_signal.as_deref() {
            Some("") => self.remove("StopSignal"),
            signal => self.set("StopSignal", signal.map(|signal| json!(signal))),
        }
        self.set("Healthcheck", changes.healthcheck.clone());
        self.extend("ExposedPorts", changes.expose.iter().map(|port| (port.clone(), json!({}))));
        self.extend("Volumes", changes.volumes.iter().map(|path| (path.clone(), json!({}))));
        self.extend("Labels", changes.labels.iter().map(|(name, value)| (name.clone(), json!(value))));
        self
    }

    /// Adds one history entry a layer, oldest first, and says when the image was made: at `epoch` (seconds since
    /// 1970), or else when its base was. A clock would make two equal images differ.
    #[must_use]
    pub fn with_layers(mut self, layers: &[String], epoch: Option<i64>) -> Self {
        let of_base = self.json.get("created").and_then(Value::as_str);
        let time = match (epoch, of_base) {
            (Some(epoch), _) => rfc3339(epoch),
            (None, Some(time)) => time.to_owned(),
            (None, None) => rfc3339(MTIME),
        };
        let mut history = match self.json.shift_remove("history") {
            Some(Value::Array(history)) => history,
            _ => vec![],
        };
        let ours =
            layers.iter().map(|layer| json!({ "created": time, "created_by": layer, "comment": COMMENT }));
        history.extend(ours);
        self.json.insert("history".into(), Value::Array(history));
        self.json.insert("created".into(), time.into());
        self
    }

    /// The bytes as they were read: what exporters compare an image's history with.
    pub fn original(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json).expect("a JSON value can be written")
    }

    /// The bytes for the exporter: without what it makes itself.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = self.json.clone();
        for key in ["rootfs", "id", "parent", "container", "container_config", "docker_version"] {
            json.shift_remove(key);
        }
        json.shift_remove("moby.buildkit.cache.v0");
        serde_json::to_vec(&Value::Object(json)).expect("a JSON value can be written")
    }

    fn inner(&self, key: &str) -> Option<&Value> {
        self.json.get("config")?.get(key)
    }

    fn set(&mut self, key: &str, value: Option<Value>) {
        let Some(value) = value else { return };
        let config = self.json.entry("config").or_insert_with(|| json!({}));
        if !config.is_object() {
            *config = json!({});
        }
        config[key] = value;
    }

    fn remove(&mut self, key: &str) {
        if let Some(Value::Object(config)) = self.json.get_mut("config") {
            config.shift_remove(key);
        }
    }

    /// Has an init start the entrypoint, unless it does so already.
    fn start_with(&mut self, init: &[String]) {
        let entrypoint = self.inner("Entrypoint").and_then(Value::as_array).cloned().unwrap_or_default();
        let init: Vec<Value> = init.iter().map(|word| json!(word)).collect();
        if !entrypoint.starts_with(&init) {
            self.set("Entrypoint", Some(init.into_iter().chain(entrypoint).collect()));
        }
    }

    fn set_argv(&mut self, key: &str, argv: Option<&[String]>) {
        let argv = argv.filter(|argv| !argv.is_empty() || self.inner(key).is_some());
        self.set(key, argv.map(|argv| if argv.is_empty() { Value::Null } else { json!(argv) }));
    }

    fn extend(&mut self, key: &str, entries: impl Iterator<Item = (String, Value)>) {
        let mut map = match self.inner(key) {
            Some(Value::Object(map)) => map.clone(),
            _ => Map::new(),
        };
        map.extend(entries);
        if !map.is_empty() {
            map.sort_keys();
            self.set(key, Some(Value::Object(map)));
        }
    }
}

/// Sets a variable; one that is there keeps its place.
pub fn set_env(env: &mut Vec<(String, String)>, name: &str, value: &str) {
    match env.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => value.clone_into(old),
        None => env.push((name.to_owned(), value.to_owned())),
    }
}

fn set_env_default(env: &mut Vec<(String, String)>, name: &str, value: &str) {
    if !env.iter().any(|(known, _)| known == name) {
        env.push((name.to_owned(), value.to_owned()));
    }
}

/// Seconds since 1970 as RFC 3339, in UTC: civil date from days, by the proleptic Gregorian calendar.
pub fn rfc3339(epoch: i64) -> String {
    let (days, seconds) = (epoch.div_euclid(86_400), epoch.rem_euclid(86_400));
    // Years are counted from March, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(315_532_800), "1980-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_763_712_000), "2025-11-21T08:00:00Z");
    }

    #[test]
    fn changes_go_on_top_of_the_base() {
        let base =
            br#"{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","rootfs":{},"odd":1,
            "config":{"Env":["PATH=/bin","LANG=C"],"Cmd":["python3"],"Entrypoint":["/e"],"Labels":{"a":"1"}},
            "history":[{"created_by":"base"}]}"#;
        let changes = Changes {
            env: vec![("LANG".into(), "C.UTF-8".into()), ("A".into(), "b=c".into())],
            user: Some("10001:10001".into()),
            workdir: Some("/app".into()),
            entrypoint: Some(vec![]),
            cmd: Some(vec!["python".into(), "app.py".into()]),
            expose: vec!["5000/tcp".into()],
            labels: vec![("b".into(), "2".into())],
            ..Changes::default()
        };
        let config = ImageConfig::parse(base).unwrap().with(&changes).with_layers(&["copy".into()], Some(0));
        let text = String::from_utf8(config.to_json()).unwrap();
        insta::assert_snapshot!(text, @r#"{"architecture":"amd64","os":"linux","created":"1970-01-01T00:00:00Z","odd":1,"config":{"Env":["PATH=/bin","LANG=C.UTF-8","A=b=c"],"Cmd":["python","app.py"],"Entrypoint":null,"Labels":{"a":"1","b":"2"},"User":"10001:10001","WorkingDir":"/app","ExposedPorts":{"5000/tcp":{}}},"history":[{"created_by":"base"},{"created":"1970-01-01T00:00:00Z","created_by":"copy","comment":"wheelbase"}]}"#);
    }

    #[test]
    fn scratch_gets_a_path() {
        let config = ImageConfig::scratch().with(&Changes::default()).for_platform("linux", "arm64", "");
        insta::assert_snapshot!(String::from_utf8(config.to_json()).unwrap(), @r#"{"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},"architecture":"arm64","os":"linux"}"#);
    }
}
