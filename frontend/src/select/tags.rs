//! Which wheels fit a target, and which fits best (PEP 425, 600, 656).
//!
//! The order is that of uv and of pip's `packaging`; they differ in one place only: `linux_x86_64`, the tag of
//! home-made wheels, is last here, as in uv, because such a wheel says nothing of the C library that it needs.

use std::collections::BTreeMap;

use wheelbase_helper::contract::Libc;

use super::target::Target;
use super::wheel::WheelName;

/// The tags that fit a target. A wheel's [rank](Tags::rank) is the place of its best tag.
#[derive(Debug, Clone)]
pub struct Tags {
    /// By Python tag, then ABI tag, the places of their rows; a row is crossed with all platforms, or with `any`.
    rows: BTreeMap<String, BTreeMap<String, Rows>>,
    /// Platform tags, best first.
    platforms: Vec<String>,
    /// The same with their places.
    platform_ranks: BTreeMap<String, usize>,
    /// The rows in order, for [`Tags::iter`].
    order: Vec<(String, String, Platform)>,
}

/// Whether a row is for wheels of one platform, or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Platform {
    Ours,
    Any,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    ours: Option<usize>,
    any: Option<usize>,
}

impl Tags {
    pub(super) fn new(target: &Target) -> Self {
        let order = rows(target);
        let mut rows: BTreeMap<String, BTreeMap<String, Rows>> = BTreeMap::new();
        for (place, (python, abi, platform)) in order.iter().enumerate() {
            let row = rows.entry(python.clone()).or_default().entry(abi.clone()).or_default();
            match platform {
                Platform::Ours => row.ours = Some(place),
                Platform::Any => row.any = Some(place),
            }
        }
        let platforms = platforms(target);
        let platform_ranks = platforms.iter().cloned().enumerate().map(|(place, tag)| (tag, place)).collect();
        Self { rows, platforms, platform_ranks, order }
    }

    /// The place of the wheel's best tag, 0 for the best of all; `None` if it does not fit.
    pub fn rank(&self, wheel: &WheelName<'_>) -> Option<usize> {
        let any = wheel.platforms().any(|tag| tag == "any");
        let platform = wheel.platforms().filter_map(|tag| self.platform_ranks.get(tag)).min();
        let width = self.platforms.len();
        let place = |row: Rows| {
            let ours = row.ours.zip(platform).map(|(row, platform)| row * width + platform);
            let any = row.any.filter(|_| any).map(|row| row * width);
            ours.into_iter().chain(any).min()
        };
        self.rows_of(wheel).filter_map(place).min()
    }

    /// Whether interpreter and ABI fit, whatever the platform.
    pub(super) fn fits_python(&self, wheel: &WheelName<'_>) -> bool {
        self.rows_of(wheel).next().is_some()
    }

    /// Whether the platform fits, whatever the interpreter.
    pub(super) fn fits_platform(&self, wheel: &WheelName<'_>) -> bool {
        wheel.platforms().any(|tag| tag == "any" || self.platform_ranks.contains_key(tag))
    }

    /// All tags, best first: `cp312-cp312-manylinux_2_36_x86_64`.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        self.order.iter().flat_map(|(python, abi, platform)| {
            let platforms: &[String] = match platform {
                Platform::Ours => &self.platforms,
                Platform::Any => &[],
            };
            let any = (*platform == Platform::Any).then_some("any");
            let platforms = platforms.iter().map(String::as_str).chain(any);
            platforms.map(move |platform| format!("{python}-{abi}-{platform}"))
        })
    }

    fn rows_of<'a>(&'a self, wheel: &'a WheelName<'_>) -> impl Iterator<Item = Rows> + 'a {
        let by_abi = wheel.pythons().filter_map(|python| self.rows.get(python));
        by_abi.flat_map(|rows| wheel.abis().filter_map(|abi| rows.get(abi).copied()))
    }
}

/// Python and ABI tags, best first.
fn rows(target: &Target) -> Vec<(String, String, Platform)> {
    let (major, minor) = target.minor();
    let own = format!("cp{major}{minor}");
    let flag = if target.free_threaded() { "t" } else { "" };
    let mut rows = vec![];
    let mut row =
        |python: &str, abi: &str, platform| rows.push((python.to_owned(), abi.to_owned(), platform));

    if target.debug() {
        row(&own, &format!("{own}{flag}d"), Platform::Ours);
    }
    // Before 3.8, the ABI of builds with pymalloc (all that are in images) was a tag of its own.
    let pymalloc = if minor < 8 { "m" } else { "" };
    row(&own, &format!("{own}{flag}{pymalloc}"), Platform::Ours);
    // PEP 384, and PEP 803 for free-threaded builds.
    let stable = if target.free_threaded() { "abi3t" } else { "abi3" };
    row(&own, stable, Platform::Ours);
    row(&own, "none", Platform::Ours);
    for older in (2..minor).rev() {
        row(&format!("cp{major}{older}"), stable, Platform::Ours);
    }
    let mut pure = vec![format!("py{major}{minor}"), format!("py{major}")];
    pure.extend((0..minor).rev().map(|older| format!("py{major}{older}")));
    for python in &pure {
        row(python, "none", Platform::Ours);
    }
    row(&own, "none", Platform::Any);
    for python in &pure {
        row(python, "none", Platform::Any);
    }
    rows
}

/// Platform tags, best first. Wheels for one C library never fit the other.
fn platforms(target: &Target) -> Vec<String> {
    // A 32-bit ARM interpreter runs on ARMv8 too; its wheels say armv7l.
    let machine = match target.machine() {
        "armv8l" => "armv7l",
        machine => machine,
    };
    let mut tags = vec![];
    match target.libc() {
        Libc::Glibc(2, minor) => {
            let oldest = if matches!(machine, "x86_64" | "i686") { 5 } else { 17 };
            for minor in (oldest..=minor).rev() {
                tags.push(format!("manylinux_2_{minor}_{machine}"));
                let legacy = match minor {
                    17 => Some("manylinux2014"),
                    12 => Some("manylinux2010"),
                    5 => Some("manylinux1"),
                    _ => None,
                };
                tags.extend(legacy.map(|legacy| format!("{legacy}_{machine}")));
            }
        }
        Libc::Glibc(..) => {}
        Libc::Musl(major, minor) => {
            tags.extend((0..=minor).rev().map(|minor| format!("musllinux_{major}_{minor}_{machine}")));
        }
    }
    tags.push(format!("linux_{machine}"));
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::target::tests::target;

    #[test]
    fn order_of_a_small_target() {
        let tags: Vec<String> = target("3.3.0", "", Libc::Musl(1, 1), "x86_64").tags().iter().collect();
        insta::assert_snapshot!(tags.join("\n"), @"
        cp33-cp33m-musllinux_1_1_x86_64
        cp33-cp33m-musllinux_1_0_x86_64
        cp33-cp33m-linux_x86_64
        cp33-abi3-musllinux_1_1_x86_64
        cp33-abi3-musllinux_1_0_x86_64
        cp33-abi3-linux_x86_64
        cp33-none-musllinux_1_1_x86_64
        cp33-none-musllinux_1_0_x86_64
        cp33-none-linux_x86_64
        cp32-abi3-musllinux_1_1_x86_64
        cp32-abi3-musllinux_1_0_x86_64
        cp32-abi3-linux_x86_64
        py33-none-musllinux_1_1_x86_64
        py33-none-musllinux_1_0_x86_64
        py33-none-linux_x86_64
        py3-none-musllinux_1_1_x86_64
        py3-none-musllinux_1_0_x86_64
        py3-none-linux_x86_64
        py32-none-musllinux_1_1_x86_64
        py32-none-musllinux_1_0_x86_64
        py32-none-linux_x86_64
        py31-none-musllinux_1_1_x86_64
        py31-none-musllinux_1_0_x86_64
        py31-none-linux_x86_64
        py30-none-musllinux_1_1_x86_64
        py30-none-musllinux_1_0_x86_64
        py30-none-linux_x86_64
        cp33-none-any
        py33-none-any
        py3-none-any
        py32-none-any
        py31-none-any
        py30-none-any
        ");
    }

    #[test]
    fn rank_is_the_place_in_the_list() {
        for target in [
            target("3.12.1", "", Libc::Glibc(2, 36), "x86_64"),
            target("3.13.0", "t", Libc::Musl(1, 2), "aarch64"),
            target("3.15.0", "", Libc::Glibc(2, 41), "riscv64"),
        ] {
            let tags = target.tags();
            let mut last = None;
            for tag in tags.iter() {
                let name = format!("a-1-{tag}.whl");
                let rank = tags.rank(&WheelName::parse(&name).unwrap());
                assert!(rank > last, "{tag}");
                last = rank;
            }
        }
    }

    #[test]
    fn unfit() {
        let tags = target("3.12.1", "", Libc::Glibc(2, 31), "x86_64").tags();
        for name in [
            "a-1-cp312-cp312-musllinux_1_2_x86_64.whl",
            "a-1-cp312-cp312-manylinux_2_34_x86_64.whl",
            "a-1-cp312-cp312-manylinux_2_17_aarch64.whl",
            "a-1-cp311-cp311-manylinux_2_17_x86_64.whl",
            "a-1-cp313-abi3-manylinux_2_17_x86_64.whl",
            "a-1-cp312-cp312-win_amd64.whl",
            "a-1-py2-none-any.whl",
        ] {
            assert_eq!(tags.rank(&WheelName::parse(name).unwrap()), None, "{name}");
        }
    }
}
