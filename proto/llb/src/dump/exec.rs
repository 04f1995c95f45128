//! Commands as text.

use std::fmt::Write as _;

use buildkit_proto::pb;

use super::{line, optional, slot};

/// The command and all that it sees.
pub(super) fn write(out: &mut String, exec: &pb::ExecOp) {
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
        if !meta.valid_exit_codes.is_empty() {
            line(out, 1, format_args!("exit codes {:?}", meta.valid_exit_codes));
        }
        for limit in &meta.ulimit {
            line(out, 1, format_args!("ulimit {} {}:{}", limit.name, limit.soft, limit.hard));
        }
    }
    match pb::NetMode::try_from(exec.network) {
        Ok(pb::NetMode::Unset) => {}
        Ok(mode) => line(out, 1, format_args!("network {}", mode.as_str_name().to_lowercase())),
        Err(_) => line(out, 1, format_args!("network {}", exec.network)),
    }
    if exec.security == i32::from(pb::SecurityMode::Insecure) {
        line(out, 1, format_args!("privileged"));
    }
    exec.cdi_devices.iter().for_each(|device| line(out, 1, format_args!("device {}", device.name)));
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
    text.push_str(&slot(mount.input));
    text.push_str(&mount.selector);
    match pb::MountContentCache::try_from(mount.content_cache) {
        Ok(pb::MountContentCache::On) => text.push_str(" by content"),
        Ok(pb::MountContentCache::Off) => text.push_str(" not by content"),
        Ok(pb::MountContentCache::Default) | Err(_) => {}
    }
    if mount.output >= 0 {
        let _ = write!(text, " -> :{}", mount.output);
    } else if !mount.readonly {
        text.push_str(" thrown away");
    }
    text
}
