//! Users: the one that the image runs as, and the owners of copied files, all as numbers.
//!
//! An image's configuration holds numbers, because an orchestrator that has to know whether a process is root
//! cannot read the image's passwd. The passwd line exists all the same, for programs that look themselves up.

use wheelbase_helper::contract::{Facts, NewUser};

use crate::diag::Diagnostic;
use crate::text::Spanned;

/// Number of the user and the group that we make, where nothing else is said: far from those of distributions.
const NUMBER: u32 = 10001;

/// The user of an image as the description means it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUser {
    /// The user to be made, unless the base has it. `None` for root.
    pub new: Option<NewUser>,
}

/// Reads `user`: a name, `uid` or `uid:gid`; without it, a user `app`, or the base's own `nonroot`.
pub fn app_user(written: Option<&Spanned<String>>) -> AppUser {
    let new = |name: &str, uid, gid, unless: Option<&str>| AppUser {
        new: Some(NewUser {
            name: name.to_owned(),
            uid,
            gid,
            home: format!("/home/{name}"),
            unless: unless.map(str::to_owned),
        }),
    };
    match written.map(|user| user.value.as_str()) {
        None => new("app", NUMBER, NUMBER, Some("nonroot")),
        Some("root" | "0" | "0:0") => AppUser { new: None },
        Some(user) => match numbers(user) {
            Some((uid, gid)) => new("app", uid, gid, None),
            None => new(user, NUMBER, NUMBER, None),
        },
    }
}

impl AppUser {
    /// The user as the image's configuration names it: `uid:gid`.
    pub fn config(&self, facts: &Facts) -> String {
        let (uid, gid) = self.numbers(facts);
        format!("{uid}:{gid}")
    }

    /// The user's number and its group's.
    pub fn numbers(&self, facts: &Facts) -> (u32, u32) {
        let Some(new) = &self.new else { return (0, 0) };
        let named = |name: &str| facts.users.iter().find(|user| user.name == name);
        match new.unless.as_deref().and_then(named).or_else(|| named(&new.name)) {
            Some(user) => (user.uid, user.gid),
            None => (new.uid, new.gid),
        }
    }
}

/// Reads an owner of files: `uid`, `uid:gid`, `name` or `name:group`; names are looked up in the base's passwd
/// and group, and `app` (or what `user` says) is the image's own user. A user alone brings its own group.
///
/// # Errors
/// A name that the base does not have.
pub fn owner(
    written: &Spanned<String>,
    facts: Option<&Facts>,
    app: &AppUser,
) -> Result<(u32, u32), Diagnostic> {
    let (user, group) = match written.value.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (written.value.as_str(), None),
    };
    let unknown = |kind: &str, name: &str| {
        let known = facts.map(|facts| facts.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>());
        let error =
            Diagnostic::error("unknown-owner", format!("the base has no {kind} `{name}`")).at(written.span);
        match known {
            Some(known) if !known.is_empty() => {
                error.help(format!("it has {}; or write numbers, such as `1000:1000`", known.join(", ")))
            }
            _ => error.help("write numbers, such as `1000:1000`"),
        }
    };
    let own = |name: &str| app.new.as_ref().is_some_and(|new| new.name == name);
    let (uid, own_gid) = match user.parse() {
        Ok(uid) => (uid, uid),
        Err(_) if user == "root" => (0, 0),
        Err(_) => match facts.and_then(|facts| facts.users.iter().find(|known| known.name == user)) {
            Some(known) => (known.uid, known.gid),
            None if own(user) => facts.map_or((NUMBER, NUMBER), |facts| app.numbers(facts)),
            None => return Err(unknown("user", user)),
        },
    };
    let gid = match group {
        None => own_gid,
        Some(group) => match group.parse() {
            Ok(gid) => gid,
            Err(_) if group == "root" => 0,
            Err(_) => match facts.and_then(|facts| facts.groups.iter().find(|known| known.name == group)) {
                Some(known) => known.gid,
                None if own(group) => facts.map_or(NUMBER, |facts| app.numbers(facts).1),
                None => return Err(unknown("group", group)),
            },
        },
    };
    Ok((uid, gid))
}

fn numbers(user: &str) -> Option<(u32, u32)> {
    let (uid, gid) = user.split_once(':').unwrap_or((user, user));
    Some((uid.parse().ok()?, gid.parse().ok()?))
}
