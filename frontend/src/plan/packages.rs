//! System packages: who installs them, and from which lists.
//!
//! A base with a shell installs them itself. One without is looked at first, and if it is Debian, another Debian
//! installs them into it.

use std::collections::BTreeMap;

use serde::Serialize;
use wheelbase_helper::contract::{Distribution, Facts};

use super::config::INIT;
use super::shell::{brings_a_shell, has_a_shell};
use super::snapshot::snapshot;
use super::{AppUser, Base, FactsLayer, Ingredients, Plan, Stage};
use crate::diag::Diagnostic;
use crate::spec::{self, Command};
use crate::text::Span;

/// A step that installs system packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packages {
    /// Sorted, without repetition: another order in the file is no other step.
    pub names: Vec<String>,
    /// The image that installs them into the base, where the base has no shell to do it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
    /// Lines of an apt sources list, in place of the base's own. Empty: the base's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Where each name is written.
    #[serde(skip)]
    pub origin: Vec<Span>,
}

/// The images that have to be looked at before packages are installed on them and that are not known yet, each with
/// a plan that ends before the facts of it.
pub fn look(ingredients: &Ingredients<'_>) -> BTreeMap<String, Plan> {
    let mut plans = BTreeMap::new();
    for name in ingredients.stages_with_compile() {
        let Some(image) = ingredients.image_to_look_at(&name) else { continue };
        if ingredients.bottoms.contains_key(&image) {
            continue;
        }
        plans.insert(image.clone(), ingredients.look_at(&name, image));
    }
    plans
}

/// Of plans that end before the facts of a stage, those whose stage installs packages on an image by itself, each as a
/// plan that ends before the facts of the image without them.
pub fn bottoms(ingredients: &Ingredients<'_>, plans: &BTreeMap<String, Plan>) -> BTreeMap<String, Plan> {
    let bottom = |(name, plan): (&String, &Plan)| {
        let stage = plan.stages.iter().find(|stage| stage.name == *name)?;
        match (&stage.base, &stage.packages) {
            (Base::Source(image), Some(Packages { installer: None, .. })) => {
                Some((name.clone(), ingredients.look_at(name, image.clone())))
            }
            _ => None,
        }
    };
    plans.iter().filter_map(bottom).collect()
}

/// A warning, if packages of the target's base wait to be configured: what their scripts do is to be done by hand.
pub fn unconfigured(plan: &Plan, facts: &Facts) -> Option<Diagnostic> {
    let stage = plan.stages.iter().find(|stage| stage.name == plan.target)?;
    let packages = stage.packages.as_ref().filter(|packages| packages.installer.is_some())?;
    let names: Vec<String> = facts.unconfigured.iter().map(|name| format!("`{name}`")).collect();
    let (last, others) = names.split_last()?;
    let message = match others {
        [] => format!("the script that configures {last} was not run, because the base has no shell"),
        others => format!(
            "the scripts that configure {} and {last} were not run, because the base has no shell",
            others.join(", ")
        ),
    };
    let warning = Diagnostic::warning("not-configured", message)
        .help("most libraries work as they are; look at what the app needs of them");
    Some(warning.at(packages.origin.first().copied()))
}

impl Ingredients<'_> {
    /// The step that installs the packages of a stage.
    pub(super) fn packages(&self, name: &str, written: &spec::Stage) -> Result<Option<Packages>, Diagnostic> {
        let mut names: Vec<String> = written.packages.iter().map(|name| name.value.clone()).collect();
        names.extend(written.init.then(|| INIT.to_owned()));
        if names.is_empty() {
            return Ok(None);
        }
        let place = written.packages.first().or(written.from.as_ref()).map(|place| place.span);
        names.sort();
        names.dedup();
        let origin = written.packages.iter().map(|name| name.span).collect();
        let mut packages = Packages { names, installer: None, sources: vec![], origin };
        let image = self.image_to_look_at(name);
        let facts = image.as_ref().and_then(|image| self.bottoms.get(image));
        if let (Some(image), Some(facts)) = (&image, facts) {
            packages.installer = installer(image, facts).map_err(|error| error.at(place))?;
        }
        if let Some(day) = &written.snapshot {
            let distribution = facts.and_then(|facts| facts.distribution.as_ref());
            let image = image.as_deref().unwrap_or("scratch");
            packages.sources =
                snapshot(&day.value, image, distribution).map_err(|error| error.at(day.span))?;
        }
        Ok(Some(packages))
    }

    /// A plan that ends before the facts of the image that a stage starts from.
    fn look_at(&self, name: &str, image: String) -> Plan {
        let mut stage = self.only_base(name, Base::Source(image));
        let request = self.facts_request(&stage, &AppUser { new: None });
        stage.facts = Some(FactsLayer { request, resolution: None });
        Plan::before_facts(self.platform, name.to_owned(), vec![stage])
    }

    /// A stage in which nothing is done.
    fn only_base(&self, name: &str, base: Base) -> Stage {
        Stage {
            name: name.to_owned(),
            base,
            env: vec![],
            workdir: "/".to_owned(),
            packages: None,
            facts: None,
            groups: vec![],
            sync: None,
            directories: vec![],
            copies: vec![],
            runs: vec![],
            origin: None,
            ignore_cache: self.ignores_cache(name),
            interpreter_from_packages: false,
            native: self.spec.stages.get(name).is_some_and(|stage| stage.native),
        }
    }

    /// The images that install packages into others, on the builder's own platform, with the place where the packages
    /// are written.
    pub fn installers(&self) -> BTreeMap<String, Option<Span>> {
        let installer = |name: String| {
            let packages = self.packages(&name, self.spec.stages.get(&name)?).ok()??;
            Some((packages.installer?, packages.origin.first().copied()))
        };
        self.stages_with_compile().into_iter().filter_map(installer).collect()
    }

    /// The image below a stage, if packages are installed on it and its name does not say all that is to be known.
    fn image_to_look_at(&self, name: &str) -> Option<String> {
        let written = self.spec.stages.get(name).filter(|stage| stage.init || !stage.packages.is_empty())?;
        let chain = self.chain(name);
        let Base::Source(image) = self.base(chain.last()?) else { return None };
        let stages = || chain.iter().filter_map(|name| self.spec.stages.get(name));
        let uses_a_shell =
            stages().flat_map(|stage| &stage.run).any(|run| matches!(run.cmd, Command::Shell(_)))
                && !stages().flat_map(|stage| &stage.packages).any(|name| brings_a_shell(&name.value));
        let known = written.snapshot.is_none() && (has_a_shell(&image) || uses_a_shell);
        (!known).then_some(image)
    }
}

/// The image that installs packages into a base without a shell: the same release of Debian.
fn installer(image: &str, facts: &Facts) -> Result<Option<String>, Diagnostic> {
    if facts.shell {
        return Ok(None);
    }
    match &facts.distribution {
        Some(
            Distribution { id, codename: Some(release), .. }
            | Distribution { id, version: Some(release), .. },
        ) if id == "debian" => Ok(Some(format!("debian:{release}-slim"))),
        distribution => Err(no_shell(image, distribution.as_ref())),
    }
}

fn no_shell(image: &str, distribution: Option<&Distribution>) -> Diagnostic {
    let what = match distribution {
        Some(distribution) => format!("it has no shell, and it is `{}`, not Debian", distribution.id),
        None => "it has no shell, and no os-release that says what it is".to_owned(),
    };
    Diagnostic::error("no-shell", format!("`packages` cannot be installed on `{image}`: {what}"))
        .help("start from an image with a package manager, such as `python:3.13-slim`")
        .help("or install them in a stage that has one, and `copy` the files that are needed from there")
}
