//! A graph as text that people can read and compare: stable, and with everything that decides about caching.
//!
//! Operations are numbered in their order; `%2:1` is output 1 of operation 2, `$0` an operation's own first input.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use buildkit_proto::pb;
use pb::file_action::Action;
use prost::Message as _;

use crate::digest::sha256;

/// Writes a graph as text.
pub fn dump(definition: &pb::Definition) -> String {
    let mut out = String::new();
    let mut numbers = BTreeMap::new();
    for (number, bytes) in definition.def.iter().enumerate() {
        let digest = sha256(bytes);
        match pb::Op::decode(bytes.as_slice()) {
            Ok(op) => operation(&mut out, definition, number, &digest, &op, &numbers),
            Err(error) => line(&mut out, 0, format_args!("%{number} = not an operation: {error}")),
        }
        numbers.insert(digest, number);
    }
    out
}

fn line(out: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{:width$}{text}", "", width = depth * 4);
}

fn operation(
    out: &mut String,
    definition: &pb::Definition,
    number: usize,
    digest: &str,
    op: &pb::Op,
    numbers: &BTreeMap<String, usize>,
) {
    let inputs: Vec<String> = (op.inputs.iter())
        .map(|input| match numbers.get(&input.digest) {
            Some(number) => format!("%{number}:{}", input.index),
            None => format!("{}:{}", input.digest, input.index),
        })
        .collect();
    let inputs = if inputs.is_empty() { String::new() } else { format!(" [{}]", inputs.join(", ")) };
    let what = match &op.op {
        None => return line(out, 0, format_args!("return{inputs}")),
        Some(pb::op::Op::Source(source)) => format!("source {}", source.identifier),
        Some(pb::op::Op::Exec(exec)) => {
            let args =
                exec.meta.iter().flat_map(|meta| &meta.args).map(|arg| quoted(arg)).collect::<Vec<_>>();
            format!("exec {}", args.join(" "))
        }
        Some(pb::op::Op::File(_)) => "file".to_owned(),
        Some(pb::op::Op::Merge(_)) => "merge".to_owned(),
        Some(pb::op::Op::Diff(_)) => "diff".to_owned(),
        Some(pb::op::Op::Build(_)) => "build".to_owned(),
    };
    line(out, 0, format_args!("%{number} = {what}{inputs}"));
    if let Some(metadata) = definition.metadata.get(digest) {
        about(out, metadata);
    }
    if let Some(platform) = &op.platform {
        let variant = if platform.variant.is_empty() { "" } else { "/" };
        let pb::Platform { os, architecture, variant: name, .. } = platform;
        line(out, 1, format_args!("platform {os}/{architecture}{variant}{name}"));
    }
    match &op.op {
        Some(pb::op::Op::Source(source)) => {
            for (key, value) in &source.attrs {
                line(out, 1, format_args!("{key} = {value}"));
            }
        }
        Some(pb::op::Op::Exec(exec)) => self::exec(out, exec),
        Some(pb::op::Op::File(file)) => file.actions.iter().for_each(|action| self::action(out, action)),
        _ => {}
    }
    let locations =
        definition.source.as_ref().and_then(|source| Some((source, source.locations.get(digest)?)));
    if let Some((source, locations)) = locations {
        places(out, source, locations);
    }
}

fn about(out: &mut String, metadata: &pb::OpMetadata) {
    if let Some(name) = metadata.description.get("llb.customname") {
        line(out, 1, format_args!("\"{name}\""));
    }
    if metadata.ignore_cache {
        line(out, 1, format_args!("ignore cache"));
    }
    if let Some(group) = &metadata.progress_group {
        let weak = if group.weak { " (weak)" } else { "" };
        line(out, 1, format_args!("group {} \"{}\"{weak}", group.id, group.name));
    }
}

fn places(out: &mut String, source: &pb::Source, locations: &pb::Locations) {
    for location in &locations.locations {
        let file = usize::try_from(location.source_index).ok().and_then(|index| source.infos.get(index));
        let name = file.map_or("?", |info| info.filename.as_str());
        for range in &location.ranges {
            let number = |position: &Option<pb::Position>| position.as_ref().map_or(0, |at| at.line);
            let (first, last) = (number(&range.start), number(&range.end));
            line(out, 1, format_args!("at {name}:{first}-{last}"));
        }
    }
}

fn exec(out: &mut String, exec: &pb::ExecOp) {
    if let Some(meta) = &exec.meta {
        line(out, 1, format_args!("cwd {}", meta.cwd));
        meta.env.iter().for_each(|env| line(out, 1, format_args!("env {env}")));
        if !meta.user.is_empty() {
            line(out, 1, format_args!("user {}", meta.user));
        }
        if !meta.hostname.is_empty() {
            line(out, 1, format_args!("hostname {}", meta.hostname));
        }
        if !meta.cgroup_parent.is_empty() {
            line(out, 1, format_args!("cgroup {}", meta.cgroup_parent));
        }
        if meta.proxy_env.is_some() {
            line(out, 1, format_args!("proxies"));
        }
        meta.extra_hosts.iter().for_each(|host| line(out, 1, format_args!("host {} {}", host.host, host.ip)));
        for limit in &meta.ulimit {
            line(out, 1, format_args!("ulimit {} {}:{}", limit.name, limit.soft, limit.hard));
        }
    }
    match pb::NetMode::try_from(exec.network) {
        Ok(pb::NetMode::Unset) => {}
        Ok(mode) => line(out, 1, format_args!("network {}", mode.as_str_name().to_lowercase())),
        Err(_) => line(out, 1, format_args!("network {}", exec.network)),
    }
    for secret in &exec.secretenv {
        line(
            out,
            1,
            format_args!("secret {} -> env {}{}", secret.id, secret.name, optional(secret.optional)),
        );
    }
    exec.mounts.iter().for_each(|mount| line(out, 1, format_args!("mount {}", self::mount(mount))));
}

fn mount(mount: &pb::Mount) -> String {
    let mut text = mount.dest.clone();
    if let Some(cache) = &mount.cache_opt {
        let sharing =
            pb::CacheSharingOpt::try_from(cache.sharing).map_or("?", |sharing| sharing.as_str_name());
        let _ = write!(text, " cache {} {}", cache.id, sharing.to_lowercase());
        return text;
    }
    if let Some(tmpfs) = &mount.tmpfs_opt {
        let _ = write!(text, " tmpfs {}", tmpfs.size);
        return text;
    }
    if let Some(secret) = &mount.secret_opt {
        let pb::SecretOpt { id, mode, uid, gid, .. } = secret;
        let _ = write!(text, " secret {id} {mode:o} {uid}:{gid}{}", optional(secret.optional));
        return text;
    }
    if let Some(ssh) = &mount.ssh_opt {
        let _ = write!(text, " ssh {}{}", ssh.id, optional(ssh.optional));
        return text;
    }
    text.push_str(if mount.readonly { " ro " } else { " rw " });
    if mount.input < 0 {
        text.push_str("scratch");
    } else {
        let _ = write!(text, "${}{}", mount.input, mount.selector);
    }
    match pb::MountContentCache::try_from(mount.content_cache) {
        Ok(pb::MountContentCache::On) => text.push_str(" by content"),
        Ok(pb::MountContentCache::Off) => text.push_str(" not by content"),
        Ok(pb::MountContentCache::Default) | Err(_) => {}
    }
    if mount.output >= 0 {
        let _ = write!(text, " -> :{}", mount.output);
    }
    text
}

fn action(out: &mut String, action: &pb::FileAction) {
    let slot = |input: i64| if input < 0 { "scratch".to_owned() } else { format!("${input}") };
    let (on, from) = (slot(action.input), slot(action.secondary_input));
    match &action.action {
        Some(Action::Copy(copy)) => {
            line(out, 1, format_args!("on {on} copy {from}{} -> {}", copy.src, copy.dest));
            if copy.mode >= 0 {
                line(out, 2, format_args!("mode {:o}", copy.mode));
            }
            owner(out, copy.owner.as_ref());
            copy.include_patterns.iter().for_each(|pattern| line(out, 2, format_args!("include {pattern}")));
            copy.exclude_patterns.iter().for_each(|pattern| line(out, 2, format_args!("exclude {pattern}")));
            let flags = [
                (copy.follow_symlink, "follow-symlink"),
                (copy.dir_copy_contents, "directory-contents"),
                (copy.create_dest_path, "create-destination"),
                (copy.allow_wildcard, "wildcard"),
                (copy.allow_empty_wildcard, "allow-empty"),
                (copy.attempt_unpack_docker_compatibility, "unpack"),
            ];
            let flags: Vec<_> = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
            if !flags.is_empty() {
                line(out, 2, format_args!("{}", flags.join(" ")));
            }
        }
        Some(Action::Mkdir(mkdir)) => {
            let parents = if mkdir.make_parents { " with parents" } else { "" };
            let (path, mode, time) = (&mkdir.path, mkdir.mode, mkdir.timestamp);
            line(out, 1, format_args!("on {on} mkdir {path} {mode:o}{parents}{}", at(time)));
            owner(out, mkdir.owner.as_ref());
        }
        Some(Action::Mkfile(file)) => {
            let (path, mode, content) = (&file.path, file.mode, sha256(&file.data));
            line(out, 1, format_args!("on {on} mkfile {path} {mode:o} {content}{}", at(file.timestamp)));
            owner(out, file.owner.as_ref());
        }
        Some(Action::Rm(rm)) => line(out, 1, format_args!("on {on} rm {}", rm.path)),
        Some(Action::Symlink(link)) => {
            let (path, target) = (&link.newpath, &link.oldpath);
            line(out, 1, format_args!("on {on} symlink {path} -> {target}{}", at(link.timestamp)));
            owner(out, link.owner.as_ref());
        }
        None => line(out, 1, format_args!("on {on} nothing")),
    }
}

fn owner(out: &mut String, owner: Option<&pb::ChownOpt>) {
    let Some(owner) = owner else { return };
    let one = |user: &Option<pb::UserOpt>| match user.as_ref().and_then(|user| user.user.as_ref()) {
        Some(pb::user_opt::User::ById(id)) => id.to_string(),
        Some(pb::user_opt::User::ByName(name)) => format!("{} of ${}", name.name, name.input),
        None => "-".to_owned(),
    };
    line(out, 2, format_args!("owner {}:{}", one(&owner.user), one(&owner.group)));
}

fn at(nanoseconds: i64) -> String {
    if nanoseconds < 0 { String::new() } else { format!(" at {}", nanoseconds / 1_000_000_000) }
}

fn optional(optional: bool) -> &'static str {
    if optional { " optional" } else { "" }
}

fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("{arg:?}") }
}
