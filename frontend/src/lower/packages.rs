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
        let around = self.around;
        let of_stage = if stage.native { &around.build_platform } else { &around.platform };
        let (script, root, platform) = match &packages.installer {
            None => (INSTALL, base.clone(), of_stage),
            // It only unpacks, so it need not be of the platform of what it unpacks.
            Some(image) => (UNPACK, self.installer(image), &around.build_platform),
        };
        let script =
            if packages.sources.is_empty() { script.to_owned() } else { format!("{SOURCES}\n{script}") };
        let mut args =
            vec!["/bin/sh".to_owned(), "-c".to_owned(), script, "packages".to_owned(), MTIME.to_string()];
        args.extend(packages.installer.as_ref().map(|_| debian_architecture(of_stage)));
        args.extend(packages.names.iter().cloned());
        let mut exec = self.user_exec(stage, Exec::new(root, args)).platform(platform);
        exec = exec.cwd("/").user("0:0").meta(meta);
        if !packages.sources.is_empty() {
            exec = exec.env("SOURCES", &packages.sources.join("\n"));
        }
        // Lists and archives are of one distribution, one day and one platform.
        let of = packages.installer.as_deref().unwrap_or(match &stage.base {
            Base::Source(name) | Base::Stage(name) => name.as_str(),
            Base::Scratch => "scratch",
        });
        let lists = packages.sources.first().map(|line| format!("{of} {line}"));
        let namespace = &around.runtime.cache_namespace;
        let id =
            |kind: &str, of: &str| format!("{namespace}/wheelbase-{kind}-{of}-{}", around.platform.name());
        let lists = lists.as_deref().unwrap_or(of);
        exec.cache("/var/lib/apt/lists", &id("apt-lists", lists), Sharing::Locked);
        exec.cache("/var/cache/apt", &id("apt-cache", of), Sharing::Locked);
        match packages.installer {
            None => exec.output(),
            Some(_) => exec.output_at(TARGET, base),
        }
    }

    fn installer(&self, image: &str) -> Fs {
        let sources = [self.around.native_sources, self.around.sources];
        let found = sources.into_iter().find_map(|sources| sources.get(image));
        found.expect("the driver has found every installer of the plan").clone()
    }
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
