//! How the value of an option is read: one function a shape. What is wrong is said without the key, which the
//! caller knows.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;

use super::values::{ExtraHost, NetworkMode, NoCache, ResolveMode, ULIMITS, Ulimit, boolean};
use super::{Draft, csv, parse_platform};
use crate::context::NamedContext;
use crate::gateway::CacheImport;

/// An empty value means "not sent": clients send both.
pub(super) fn text(slot: &mut Option<String>, value: &str) -> Result<(), String> {
    *slot = Some(value.to_owned()).filter(|value| !value.is_empty());
    Ok(())
}

pub(super) fn entry(map: &mut BTreeMap<String, String>, name: &str, value: &str) -> Result<(), String> {
    map.insert(name.to_owned(), value.to_owned());
    Ok(())
}

pub(super) fn optional_boolean(slot: &mut Option<bool>, value: &str) -> Result<(), String> {
    *slot = Some(value).filter(|value| !value.is_empty()).map(boolean).transpose()?;
    Ok(())
}

pub(super) fn ignore(_: &mut Draft, _: &str, _: &str) -> Result<(), String> {
    Ok(())
}

pub(super) fn named_context(draft: &mut Draft, name: &str, value: &str) -> Result<(), String> {
    draft.options.named_contexts.insert(name, NamedContext::parse(value)?);
    Ok(())
}

pub(super) fn input_metadata(draft: &mut Draft, name: &str, value: &str) -> Result<(), String> {
    let encoded: BTreeMap<String, String> =
        serde_json::from_str(value).map_err(|error| format!("is not a JSON object of strings: {error}"))?;
    let mut decoded = BTreeMap::new();
    for (key, value) in encoded {
        let bytes = BASE64_STANDARD.decode(value);
        let bytes = bytes.map_err(|_| format!("the value of `{key}` is not base64"))?;
        decoded.insert(key, bytes);
    }
    draft.options.input_metadata.insert(name.to_owned(), decoded);
    Ok(())
}

pub(super) fn source_date_epoch(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    if !value.is_empty() {
        let seconds =
            value.parse().map_err(|_| format!("`{value}` is not a number of seconds since 1970"))?;
        draft.options.source_date_epoch = Some(seconds);
    }
    Ok(())
}

pub(super) fn build_arg(draft: &mut Draft, name: &str, value: &str) -> Result<(), String> {
    match draft.options.proxy.set(name, value) {
        true => Ok(()),
        false => entry(&mut draft.options.build_args, name, value),
    }
}

pub(super) fn platforms(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    for text in csv::fields(value)? {
        let platform = parse_platform(text.trim())?;
        if !draft.options.platforms.contains(&platform) {
            draft.options.platforms.push(platform);
        }
    }
    Ok(())
}

pub(super) fn no_cache(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    let stages = csv::fields(value)?;
    draft.options.no_cache = match stages.is_empty() {
        true => NoCache::All,
        false => NoCache::Stages(stages.iter().map(|stage| stage.trim().to_lowercase()).collect()),
    };
    Ok(())
}

pub(super) fn resolve_mode(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    draft.options.resolve_mode = match value {
        "" | "default" => ResolveMode::Default,
        "pull" => ResolveMode::Pull,
        "local" => ResolveMode::Local,
        _ => return Err(format!("`{value}` is none of `default`, `pull`, `local`")),
    };
    Ok(())
}

pub(super) fn network(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    draft.options.network = match value {
        "" | "sandbox" => NetworkMode::Sandbox,
        "host" => NetworkMode::Host,
        "none" => NetworkMode::None,
        _ => return Err(format!("`{value}` is none of `sandbox`, `host`, `none`")),
    };
    Ok(())
}

pub(super) fn extra_hosts(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    for field in csv::fields(value)? {
        let Some((host, ip)) = field.split_once('=').filter(|(host, _)| !host.is_empty()) else {
            return Err(format!("`{field}` is not `HOST=ADDRESS`"));
        };
        let bare = ip.trim_start_matches('[').trim_end_matches(']');
        let ip = bare.parse().map_err(|_| format!("`{ip}` is not an IP address"))?;
        draft.options.extra_hosts.push(ExtraHost { host: host.to_lowercase(), ip });
    }
    Ok(())
}

pub(super) fn ulimits(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    for field in csv::fields(value)? {
        let Some((name, limits)) = field.split_once('=') else {
            return Err(format!("`{field}` is not `NAME=SOFT:HARD`"));
        };
        if !ULIMITS.contains(&name) {
            return Err(format!("`{name}` is none of {}", ULIMITS.join(", ")));
        }
        let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
        let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`{text}` is not a number"));
        let (soft, hard) = (number(soft)?, number(hard)?);
        if hard != -1 && (soft == -1 || soft > hard) {
            return Err(format!("the soft limit of `{name}` is above its hard limit"));
        }
        draft.options.ulimits.push(Ulimit { name: name.to_owned(), soft, hard });
    }
    Ok(())
}

pub(super) fn shm_size(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    if !value.is_empty() {
        let bytes = value.parse().map_err(|_| format!("`{value}` is not a number of bytes"))?;
        draft.options.shm_size = Some(bytes);
    }
    Ok(())
}

/// Go's JSON does not mind the case of names; clients send `Type` and `Attrs`.
#[derive(Deserialize)]
struct Import {
    #[serde(rename = "Type", alias = "type")]
    kind: String,
    #[serde(rename = "Attrs", alias = "attrs", default)]
    attributes: Option<BTreeMap<String, String>>,
}

pub(super) fn cache_imports(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    // A list of Go that holds nothing may be `null`.
    let imports: Option<Vec<Import>> =
        serde_json::from_str(value).map_err(|error| format!("is not a JSON list: {error}"))?;
    for Import { kind, attributes } in imports.unwrap_or_default() {
        draft.options.cache_imports.push(CacheImport { kind, attributes: attributes.unwrap_or_default() });
    }
    Ok(())
}

pub(super) fn cache_from(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    for reference in csv::fields(value)?.into_iter().filter(|reference| !reference.is_empty()) {
        let attributes = BTreeMap::from([("ref".to_owned(), reference)]);
        draft.cache_from.push(CacheImport { kind: "registry".into(), attributes });
    }
    Ok(())
}

pub(super) fn attestation(draft: &mut Draft, name: &str, value: &str) -> Result<(), String> {
    if !matches!(name, "sbom" | "provenance") {
        return Err(format!("`{name}` is not a kind of attestation (sbom, provenance)"));
    }
    draft.options.attestations.insert(name.to_owned(), csv::pairs(value)?.into_iter().collect());
    Ok(())
}

pub(super) fn required_caps(draft: &mut Draft, _: &str, value: &str) -> Result<(), String> {
    draft.options.required_caps = csv::fields(value)?;
    Ok(())
}
