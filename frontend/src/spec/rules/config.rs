//! What an image's configuration holds: ports, durations, signals; and the mode bits of files.

use super::Refusal;
use crate::diag::did_you_mean;
use crate::spec::reader::shorten;

/// `5000`, `5000/udp`, `8000-8010/tcp`: one `PORT/PROTOCOL` a port.
pub(in crate::spec) fn ports(text: &str) -> Result<Vec<String>, Refusal> {
    let refuse = |label: &str| {
        Refusal::new("bad-port", format!("`{}` is not a port", shorten(text)), label.to_owned())
    };
    if let Some((_, inner)) = text.rsplit_once(':') {
        return Err(refuse("a port of the container, not of the host").help(format!(
            "write {}; the host's port is chosen when the container starts: `docker run -p {}`",
            shorten(inner),
            shorten(text)
        )));
    }
    let (range, protocol) = match text.split_once('/') {
        Some((range, protocol)) => (range, protocol),
        None => (text, "tcp"),
    };
    let protocol = protocol.to_ascii_lowercase();
    if !["tcp", "udp", "sctp"].contains(&protocol.as_str()) {
        return Err(refuse("after `/` comes `tcp`, `udp` or `sctp`"));
    }
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let port = |text: &str| {
        text.parse::<u16>().ok().filter(|port| *port > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (Some(first), Some(last)) = (port(first), port(last)) else {
        return Err(refuse("a number from 1 to 65535, and `/udp` if it is not tcp"));
    };
    if last < first {
        return Err(refuse("the range ends before it begins"));
    }
    if last - first >= 1000 {
        return Err(refuse("a range of more than 1000 ports"));
    }
    Ok((first..=last).map(|port| format!("{port}/{protocol}")).collect())
}

/// `30s`, `1m30s`, `500ms`: nanoseconds. At least one millisecond, which is Docker's own limit.
pub(in crate::spec) fn duration(text: &str) -> Result<u64, Refusal> {
    let refuse = |label: &str| {
        Refusal::new("bad-duration", format!("`{}` is not a duration", shorten(text)), label)
            .help("for example `\"30s\"`, `\"1m30s\"` or `\"500ms\"`")
    };
    let words = "numbers, each with `h`, `m`, `s` or `ms`";
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit: u64 = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "" => return Err(refuse("a number without its unit")),
            _ => return Err(refuse(words)),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        total = match part.and_then(|part| total.checked_add(part)) {
            // The configuration holds it as a signed number.
            Some(total) if total <= i64::MAX as u64 => total,
            _ => return Err(refuse(if number.is_empty() { words } else { "too long" })),
        };
        rest = tail;
    }
    if total == 0 { Err(refuse("must be more than nothing")) } else { Ok(total) }
}

/// The signals of Linux that have one number on every platform, and those that people stop servers with.
const SIGNALS: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// `SIGTERM`, `TERM`, `sigterm` or a number from 1 to 64: `SIGTERM` or the number.
pub(in crate::spec) fn signal(text: &str) -> Result<String, Refusal> {
    let upper = text.to_ascii_uppercase();
    let name = if upper.starts_with("SIG") { upper.clone() } else { format!("SIG{upper}") };
    if SIGNALS.contains(&name.as_str()) || realtime(&name) {
        return Ok(name);
    }
    if text.parse::<u8>().is_ok_and(|number| (1..=64).contains(&number)) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not a signal", shorten(text));
    Err(match did_you_mean(&name, SIGNALS) {
        Some(near) => Refusal::new("bad-signal", message, format!("did you mean `{near}`?")),
        None => {
            Refusal::new("bad-signal", message, "such as `SIGTERM`, `SIGINT` or `SIGQUIT`, or its number")
        }
    })
}

/// `SIGRTMIN`, `SIGRTMIN+3`, `SIGRTMAX-1`.
fn realtime(name: &str) -> bool {
    let offset = |rest: &str, sign| {
        rest.is_empty() || rest.strip_prefix(sign).is_some_and(|n| n.parse::<u8>().is_ok_and(|n| n <= 30))
    };
    name.strip_prefix("SIGRTMIN").is_some_and(|rest| offset(rest, '+'))
        || name.strip_prefix("SIGRTMAX").is_some_and(|rest| offset(rest, '-'))
}

/// Mode bits as a string of octal digits: `755`, `0755`, `0o755`.
pub(in crate::spec) fn mode(text: &str) -> Result<u32, Refusal> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let octal = (3..=5).contains(&digits.len()) && digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    match u32::from_str_radix(digits, 8) {
        Ok(mode) if octal && mode <= 0o7777 => Ok(mode),
        _ => Err(Refusal::new("bad-mode", format!("`{}` is not a file mode", shorten(text)), "octal digits")
            .help("for example `\"755\"` or `\"0644\"`")),
    }
}

/// A day as `2026-11-21`.
pub(in crate::spec) fn day(text: &str) -> Result<String, Refusal> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, most: u32| {
        part.len() == digits
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    match parts[..] {
        [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31) => {
            Ok(text.to_owned())
        }
        _ => Err(Refusal::new("bad-day", format!("`{}` is not a day", shorten(text)), "year, month and day")
            .help("for example `\"2026-11-21\"`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_normalised() {
        let list = |text| ports(text).ok();
        assert_eq!(list("5000"), Some(vec!["5000/tcp".to_owned()]));
        assert_eq!(list("53/UDP"), Some(vec!["53/udp".to_owned()]));
        assert_eq!(list("8000-8001"), Some(vec!["8000/tcp".to_owned(), "8001/tcp".to_owned()]));
        for bad in ["", "0", "65536", "+80", "a", "80/http", "9-8", "1-65535", "80:80", "/tcp", "1-"] {
            assert!(ports(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_are_nanoseconds() {
        assert_eq!(duration("1m30s").ok(), Some(90_000_000_000));
        assert_eq!(duration("500ms").ok(), Some(500_000_000));
        for bad in ["", "30", "s", "0s", "1d", "-1s", "1.5s", "99999999999h", "18446744073709551616s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn signals_and_modes() {
        assert_eq!(signal("term").ok(), Some("SIGTERM".to_owned()));
        assert_eq!(signal("9").ok(), Some("9".to_owned()));
        assert_eq!(signal("SIGRTMIN+3").ok(), Some("SIGRTMIN+3".to_owned()));
        assert!(signal("0").is_err() && signal("SIGFOO").is_err() && signal("").is_err());
        assert_eq!(mode("0755").ok(), Some(0o755));
        assert_eq!(mode("0o1777").ok(), Some(0o1777));
        for bad in ["", "u+x", "8", "789", "77777", "+755", "1"] {
            assert!(mode(bad).is_err(), "{bad}");
        }
    }
}
