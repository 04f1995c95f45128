//! Actions of file operations as text.

use buildkit_proto::pb;
use pb::file_action::Action;

use super::{line, slot};
use crate::digest::sha256;

/// One action.
pub(super) fn write(out: &mut String, action: &pb::FileAction) {
    let (on, from) = (slot(action.input), slot(action.secondary_input));
    match &action.action {
        Some(Action::Copy(copy)) => {
            line(out, 1, format_args!("on {on} copy {from}{} -> {}", copy.src, copy.dest));
            if copy.mode >= 0 {
                line(out, 2, format_args!("mode {:o}", copy.mode));
            }
            if !copy.mode_str.is_empty() {
                line(out, 2, format_args!("mode {}", copy.mode_str));
            }
            if copy.timestamp >= 0 {
                line(out, 2, format_args!("time{}", at(copy.timestamp)));
            }
            owner(out, copy.owner.as_ref());
            copy.include_patterns.iter().for_each(|pattern| line(out, 2, format_args!("include {pattern}")));
            copy.required_paths.iter().for_each(|path| line(out, 2, format_args!("required {path}")));
            copy.exclude_patterns.iter().for_each(|pattern| line(out, 2, format_args!("exclude {pattern}")));
            let flags = [
                (copy.follow_symlink, "follow-symlink"),
                (copy.dir_copy_contents, "directory-contents"),
                (copy.create_dest_path, "create-destination"),
                (copy.allow_wildcard, "wildcard"),
                (copy.allow_empty_wildcard, "allow-empty"),
                (copy.attempt_unpack_docker_compatibility, "unpack"),
                (copy.always_replace_existing_dest_paths, "replace"),
            ];
            let flags = self::flags(&flags);
            if !flags.is_empty() {
                line(out, 2, format_args!("{}", flags.trim_start()));
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
        Some(Action::Rm(rm)) => {
            let flags = flags(&[(rm.allow_not_found, "if-there"), (rm.allow_wildcard, "wildcard")]);
            line(out, 1, format_args!("on {on} rm {}{flags}", rm.path));
        }
        Some(Action::Symlink(link)) => {
            let (path, target) = (&link.newpath, &link.oldpath);
            line(out, 1, format_args!("on {on} symlink {path} -> {target}{}", at(link.timestamp)));
            owner(out, link.owner.as_ref());
        }
        None => line(out, 1, format_args!("on {on} nothing")),
    }
}

/// Those that are set, each behind a space.
fn flags(flags: &[(bool, &str)]) -> String {
    flags.iter().filter(|(set, _)| *set).map(|(_, name)| format!(" {name}")).collect()
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
    const SECOND: i64 = 1_000_000_000;
    match nanoseconds {
        ..0 => String::new(),
        whole if whole % SECOND == 0 => format!(" at {}", whole / SECOND),
        _ => format!(" at {nanoseconds}ns"),
    }
}
