//! passwd(5) and group(5): who is there, and the lines of a user who is to be there.

use crate::contract::{Group, NewUser, User};
use crate::error::{Error, Result};
use crate::root::Root;

pub(super) const PASSWD: &str = "/etc/passwd";
pub(super) const GROUP: &str = "/etc/group";

/// The users of `root`, in the order of passwd; none if there is no passwd.
///
/// Errors: a file that is there but cannot be read.
pub(super) fn read_users(root: &Root) -> Result<Vec<User>> {
    let text = root.read(PASSWD)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&text).lines().filter_map(user).collect())
}

/// The groups of `root`, in the order of group; none if there is no group.
///
/// Errors: a file that is there but cannot be read.
pub(super) fn read_groups(root: &Root) -> Result<Vec<Group>> {
    let text = root.read(GROUP)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&text).lines().filter_map(group).collect())
}

/// The line of passwd for a new user, who has no password and no shell to log in with.
///
/// Errors: a name or a home that cannot stand in passwd.
pub(super) fn passwd_line(user: &NewUser) -> Result<String> {
    let fits = |field: &str| !field.is_empty() && !field.contains([':', '\n', '\0']);
    let plain_home = user.home.starts_with('/') && !user.home.split('/').any(|part| part == "..");
    if !fits(&user.name) || user.name.contains('/') || !fits(&user.home) || !plain_home {
        let message = format!("a user {:?} with home {:?} cannot be written to passwd", user.name, user.home);
        return Err(Error::new(message));
    }
    Ok(format!("{}:x:{}:{}::{}:/sbin/nologin\n", user.name, user.uid, user.gid, user.home))
}

/// The line of group for the group of a new user.
pub(super) fn group_line(user: &NewUser) -> String {
    format!("{}:x:{}:\n", user.name, user.gid)
}

/// Lines that begin with `+` or `-` mean other tables (NIS) and are no users.
fn user(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, ..] = fields.as_slice() else { return None };
    if name.starts_with(['+', '-', '#']) {
        return None;
    }
    Some(User {
        name: (*name).to_owned(),
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        home: (*home).to_owned(),
    })
}

fn group(line: &str) -> Option<Group> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, gid, ..] = fields.as_slice() else { return None };
    if name.starts_with(['+', '-', '#']) {
        return None;
    }
    Some(Group { name: (*name).to_owned(), gid: gid.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_passwd() {
        assert_eq!(
            user("app:x:10001:10002:The App,,:/home/app:/bin/sh"),
            Some(User { name: "app".to_owned(), uid: 10001, gid: 10002, home: "/home/app".to_owned() })
        );
        for line in ["", "+::::::", "-@net:x:1:1::/:", "# root:x:0:0::/:", "app:x:many:1::/:", "app:x:1"] {
            assert_eq!(user(line), None, "{line}");
        }
    }

    #[test]
    fn lines_of_group() {
        assert_eq!(group("audio:x:29:pulse,app"), Some(Group { name: "audio".to_owned(), gid: 29 }));
        assert_eq!(group("+:::"), None);
    }

    #[test]
    fn lines_for_a_new_user() {
        let user = |name: &str, home: &str| NewUser {
            name: name.to_owned(),
            uid: 7,
            gid: 8,
            home: home.to_owned(),
            unless: None,
        };
        assert_eq!(passwd_line(&user("app", "/home/app")).unwrap(), "app:x:7:8::/home/app:/sbin/nologin\n");
        assert_eq!(group_line(&user("app", "/home/app")), "app:x:8:\n");
        for (name, home) in [
            ("a:b", "/h"),
            ("a\nb", "/h"),
            ("", "/h"),
            ("a", "h"),
            ("a", "/h:x"),
            ("a", "/h/../x"),
            ("../a", "/h"),
        ] {
            assert!(passwd_line(&user(name, home)).is_err(), "{name:?} {home:?}");
        }
    }
}
