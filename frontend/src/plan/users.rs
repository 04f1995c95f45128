//! Users: the one that the image runs as, and the owners of copied files, as numbers wherever they can be known.
//!
//! An image's configuration holds numbers, because an orchestrator that has to know whether a process is root
//! cannot read the image's passwd. The passwd line exists all the same, for programs that look themselves up.

use wheelbase_helper::contract::{Facts, NewUser};

use super::{Base, Ingredients};
use crate::diag::Diagnostic;
use crate::spec::Stage;
use crate::text::Spanned;

/// Number of the user and the group that we make, where nothing else is said: far from those of distributions.
const NUMBER: u32 = 10001;

/// The user of an environment: the one that its image runs as, if nothing on top of it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUser {
    /// The user to be made, unless the base has it. `None` for root.
    pub new: Option<NewUser>,
}

/// Reads `user`: a name, `uid` or `uid:gid`; without it, a user `app`, or the base's own `nonroot`. A group by name is
/// no part of the user that is made.
fn app_user(written: Option<&Spanned<String>>) -> AppUser {
    let new = |name: &str, uid, gid, unless: Option<&str>| AppUser {
        new: Some(NewUser {
            name: name.to_owned(),
            uid,
            gid,
            home: format!("/home/{name}"),
            unless: unless.map(str::to_owned),
        }),
    };
    let Some(written) = written else { return new("app", NUMBER, NUMBER, Some("nonroot")) };
    let (user, group) = written.value.split_once(':').unwrap_or((&written.value, ""));
    match (user, user.parse()) {
        ("root", _) | (_, Ok(0)) => AppUser { new: None },
        (_, Ok(uid)) => new("app", uid, group.parse().unwrap_or(uid), None),
        (name, Err(_)) => new(name, NUMBER, group.parse().unwrap_or(NUMBER), None),
    }
}

impl AppUser {
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

impl Ingredients<'_> {
    /// The user that is made in the environment that a stage has or starts from. Without an environment nobody is
    /// made.
    pub(super) fn made_user(&self, name: &str) -> AppUser {
        match self.environment_of(name) {
            Some(stage) => app_user(self.spec.stages.get(&stage).and_then(|stage| stage.user.as_ref())),
            None => AppUser { new: None },
        }
    }

    /// The user of a stage's image, if the stage has a say in it: numbers, unless only the stage's own steps can know
    /// a name.
    pub(super) fn config_user(&self, name: &str, written: &Stage) -> Option<String> {
        let (facts, made) = (self.facts_of(name), self.made_user(name));
        let numbers = match &written.user {
            Some(user) if facts.is_none() => return Some(user.value.clone()),
            Some(user) => match owner(user, facts, &made) {
                Ok(numbers) => numbers,
                Err(_) => return Some(user.value.clone()),
            },
            None if self.has_environment(name) => made.numbers(facts?),
            None => return None,
        };
        Some(format!("{}:{}", numbers.0, numbers.1))
    }

    /// The numbers of the user that a stage's image runs as, who owns its `writable` directories and its volumes.
    ///
    /// # Errors
    /// A name that nobody knows.
    pub(super) fn user_numbers(&self, name: &str) -> Result<(u32, u32), Diagnostic> {
        let (facts, made) = (self.facts_of(name), self.made_user(name));
        let environment = self.environment_of(name);
        for stage in self.chain(name) {
            if let Some(user) = self.spec.stages.get(&stage).and_then(|stage| stage.user.as_ref()) {
                return owner(user, facts, &made);
            }
            if environment.as_ref() == Some(&stage) {
                return Ok(facts.map_or((0, 0), |facts| made.numbers(facts)));
            }
            if let Base::Source(image) = self.base(&stage)
                && let Some(user) = self.images.get(&image).and_then(|config| config.user())
            {
                return find(user, facts, &made).map_err(|unknown| unknown.error(facts));
            }
        }
        Ok((0, 0))
    }
}

/// Reads an owner of files: `uid`, `uid:gid`, `name` or `name:group`; names are looked up in the base's passwd
/// and group, and `app` (or what `user` says) is the image's own user. A user alone brings its own group.
///
/// # Errors
/// A name that the base does not have.
pub(super) fn owner(
    written: &Spanned<String>,
    facts: Option<&Facts>,
    app: &AppUser,
) -> Result<(u32, u32), Diagnostic> {
    find(&written.value, facts, app).map_err(|unknown| unknown.error(facts).at(written.span))
}

/// A name that is not in passwd or group.
struct Unknown<'n> {
    kind: &'static str,
    name: &'n str,
}

fn find<'n>(text: &'n str, facts: Option<&Facts>, app: &AppUser) -> Result<(u32, u32), Unknown<'n>> {
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text, None),
    };
    let own = |name: &str| {
        app.new.as_ref().filter(|new| new.name == name)?;
        facts.map(|facts| app.numbers(facts))
    };
    let (uid, own_gid) = match user.parse() {
        Ok(uid) => (uid, uid),
        Err(_) if user == "root" => (0, 0),
        Err(_) => match facts.and_then(|facts| facts.users.iter().find(|known| known.name == user)) {
            Some(known) => (known.uid, known.gid),
            None => own(user).ok_or(Unknown { kind: "user", name: user })?,
        },
    };
    let gid = match group {
        None => own_gid,
        Some(group) => match group.parse() {
            Ok(gid) => gid,
            Err(_) if group == "root" => 0,
            Err(_) => match facts.and_then(|facts| facts.groups.iter().find(|known| known.name == group)) {
                Some(known) => known.gid,
                None => own(group).ok_or(Unknown { kind: "group", name: group })?.1,
            },
        },
    };
    Ok((uid, gid))
}

impl Unknown<'_> {
    fn error(&self, facts: Option<&Facts>) -> Diagnostic {
        let message = format!("the base has no {} `{}`", self.kind, self.name);
        let error = Diagnostic::error("unknown-owner", message);
        let known: Vec<&str> = match (facts, self.kind) {
            (Some(facts), "group") => facts.groups.iter().map(|group| group.name.as_str()).collect(),
            (Some(facts), _) => facts.users.iter().map(|user| user.name.as_str()).collect(),
            (None, _) => vec![],
        };
        match known.as_slice() {
            [] => error.help("write numbers, such as `1000:1000`"),
            known => {
                error.help(format!("it has {}; or write numbers, such as `1000:1000`", known.join(", ")))
            }
        }
    }
}
