//! Steps that install system packages.

use buildkit_llb::{Exec, Fs, Output, Platform, Sharing};
use wheelbase_helper::contract::MTIME;

use super::Lowering;
use crate::plan::{Base, Packages, Stage};

/// Installs its arguments with what the base has, and leaves nothing behind that a second run would write
/// otherwise: no lists, caches and logs, no date in the shadow file, and one time on everything that it made.
const INSTALL: &str = include_str!("packages.sh");

/// The same from outside: into a base without a shell, mounted at [`TARGET`].
const UNPACK: &str = include_str!("unpack.sh");

/// Has apt use the lists that the variable `SOURCES` names. It goes before one of the others.
const SOURCES: &str = include_str!("sources.sh");

/// Where [`UNPACK`] expects the base.
const TARGET: &str = "/target";

impl Lowering<'_> {
    pub(super) fn packages(&self, stage: &Stage, packages: &Packages, base: Fs) -> Output {
        let title = format!("packages {}", packages.names.join(" "));
        let meta =
            packages.origin.iter().fold(self.meta(stage, &title), |meta, span| self.at(meta, Some(*span)));
        match &packages.installer {
            None => {
                let exec = self.user_exec(stage, Exec::new(base, command(INSTALL, packages, None)));
                self.with_lists(stage, packages, exec.meta(meta)).output()
            }
            // It only unpacks, so it runs on the builder's own platform, whatever that of the packages is.
            Some(image) => {
                let (around, builder) = (self.around, &self.around.build_platform);
                let platform = if stage.native { builder } else { &around.platform };
                let args = command(UNPACK, packages, Some(debian_architecture(platform)));
                let image = around.native_sources.get(image);
                let image = image.expect("the driver has found every installer of the plan").clone();
                let exec = self.open_exec(Exec::new(image, args).platform(builder));
                self.with_lists(stage, packages, exec.meta(meta)).output_at(TARGET, base)
            }
        }
    }

    /// What every package manager wants: to be root, and its lists and archives, which are of one distribution, one
    /// day and one platform.
    fn with_lists(&self, stage: &Stage, packages: &Packages, exec: Exec) -> Exec {
        let of = packages.installer.as_deref().unwrap_or(match &stage.base {
            Base::Source(name) | Base::Stage(name) => name.as_str(),
            Base::Scratch => "scratch",
        });
        let day = packages.sources.first().map(|line| format!("{of} {line}"));
        let (namespace, platform) = (&self.around.runtime.cache_namespace, self.around.platform.name());
        let id = |kind: &str, of: &str| format!("{namespace}/wheelbase-{kind}-{of}-{platform}");
        let mut exec = exec.cwd("/").user("0:0");
        if !packages.sources.is_empty() {
            exec = exec.env("SOURCES", &packages.sources.join("\n"));
        }
        let lists = id("apt-lists", day.as_deref().unwrap_or(of));
        exec.cache("/var/lib/apt/lists", &lists, Sharing::Locked);
        exec.cache("/var/cache/apt", &id("apt-cache", of), Sharing::Locked);
        exec
    }
}

/// A script with the time of its files, an architecture if it asks for one, and the packages.
fn command(script: &str, packages: &Packages, architecture: Option<String>) -> Vec<String> {
    let script = if packages.sources.is_empty() { script.to_owned() } else { format!("{SOURCES}\n{script}") };
    let mut args = ["/bin/sh", "-c", &script, "packages"].map(str::to_owned).to_vec();
    args.push(MTIME.to_string());
    args.extend(architecture);
    args.extend(packages.names.iter().cloned());
    args
}

/// An architecture in Debian's words.
fn debian_architecture(platform: &Platform) -> String {
    let name = match (platform.architecture.as_str(), platform.variant.as_str()) {
        ("arm", "v5" | "v6") => "armel",
        ("arm", _) => "armhf",
        ("386", _) => "i386",
        ("ppc64le", _) => "ppc64el",
        (same, _) => same,
    };
    name.to_owned()
}
