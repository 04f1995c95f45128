//! What a plan is made from, and what can be asked of it: which stages there are, and what rests on what.

use std::collections::{BTreeMap, BTreeSet};

use wheelbase_helper::contract::Facts;

use super::environment::{Dependencies, wheels_to_build};
use super::order::{edges, needed};
use super::{Base, Edge, compile_base, stage_or};
use crate::detect::Start;
use crate::image::ImageConfig;
use crate::spec::Spec;
use crate::text::Spanned;

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Ingredients<'a> {
    /// The description.
    pub spec: &'a Spec,
    /// The stage that is wanted.
    pub target: &'a str,
    /// The platform that the image is for, such as `linux/amd64`.
    pub platform: &'a str,
    /// The image of an app that does not say `from`.
    pub app_base: &'a str,
    /// The configurations of images and named contexts, by the name in the description.
    pub images: &'a BTreeMap<String, ImageConfig>,
    /// The facts of the bases of stages, by stage.
    pub facts: &'a BTreeMap<String, Facts>,
    /// The facts of images that had to be looked at before packages are installed on them, by the name in the
    /// description.
    pub bottoms: &'a BTreeMap<String, Facts>,
    /// The dependencies of stages, selected, by stage.
    pub dependencies: &'a BTreeMap<String, Dependencies>,
    /// Stages whose cached steps are not to be used: `None`: all may; empty: none may.
    pub no_cache: Option<&'a [String]>,
    /// How the app starts, where the description does not say.
    pub start: Option<&'a Start>,
    /// Labels of the app's image that the description does not have to say.
    pub labels: &'a [(String, String)],
    /// The commands that the project itself brings.
    pub scripts: &'a BTreeSet<String>,
    /// What prefixes the identity of cache mounts (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: &'a str,
}

impl Ingredients<'_> {
    /// Whether the compile stage is needed: a wheel has to be built, or uv installs everything and may build in the
    /// stage that is described for it.
    pub fn compiles(&self) -> bool {
        self.dependencies.iter().any(|(stage, dependencies)| {
            let facts = self.facts_of(stage);
            let python = facts.and_then(|facts| Some((facts, facts.interpreter.as_ref()?)));
            let builds = python
                .is_some_and(|(facts, python)| !wheels_to_build(dependencies, facts, python).is_empty());
            builds || dependencies.sync.is_some() && self.spec.stages.contains_key("wheels")
        })
    }

    /// The stages that are built, dependencies first.
    pub(super) fn stages(&self) -> Vec<String> {
        let mut names = needed(self.spec, self.target);
        names.extend(self.gates().iter().flat_map(|gate| needed(self.spec, gate)));
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// The stages that must succeed before the target is done: those that say `gate`, for images of the app. Tests,
    /// and stages that are waited for themselves, wait for none.
    pub fn gates(&self) -> Vec<String> {
        let says = |name: &str| self.spec.stages.get(name).is_some_and(|stage| stage.gate);
        let of_app = self.chain(self.target).iter().any(|stage| stage == "app");
        if !of_app || self.target == "test" || says(self.target) {
            return vec![];
        }
        self.spec.stages.keys().filter(|name| says(name)).cloned().collect()
    }

    /// The same, with those in which wheels are compiled, once it is known that some are.
    pub(super) fn stages_with_compile(&self) -> Vec<String> {
        let mut names = self.stages();
        if self.compiles() {
            let compile = needed(self.spec, "wheels");
            let missing: Vec<_> = compile.into_iter().filter(|name| !names.contains(name)).collect();
            names.extend(missing);
        }
        names
    }

    /// The stages that have an environment of their own, among those that the target needs.
    pub fn environments(&self) -> Vec<String> {
        self.stages().into_iter().filter(|name| self.has_environment(name)).collect()
    }

    /// Whether a stage has an environment of its own, rather than that of the stage it starts from: the app
    /// always, others that say `dependencies`.
    pub fn has_environment(&self, name: &str) -> bool {
        self.environment_of(name).is_some_and(|stage| stage == name)
    }

    /// The stage whose environment a stage is in: itself, or one that it starts from.
    pub(super) fn environment_of(&self, name: &str) -> Option<String> {
        self.chain(name).into_iter().rfind(|stage| self.asks(stage))
    }

    /// Whether a stage asks for an environment, which may be that of the stage it starts from.
    fn asks(&self, name: &str) -> bool {
        let stage = self.spec.stages.get(name);
        stage.is_some_and(|stage| name == "app" || stage.dependencies.is_some())
    }

    /// The stages that install dependencies, each after those that it starts from: those with an environment of
    /// their own, and those that add to the environment of a stage that they start from.
    pub fn with_dependencies(&self) -> Vec<String> {
        let adds = |name: &String| self.adds_to(name).is_some();
        self.stages().into_iter().filter(|name| self.has_environment(name) || adds(name)).collect()
    }

    /// The stage whose environment a stage adds dependencies to.
    pub fn adds_to(&self, name: &str) -> Option<String> {
        let written = self.spec.stages.get(name)?.dependencies.as_ref()?;
        if written.none || self.has_environment(name) {
            return None;
        }
        self.environment_of(name)
    }

    /// The facts that hold for a stage: its own, or those of the nearest stage that it starts from.
    pub fn facts_of(&self, name: &str) -> Option<&Facts> {
        self.chain(name).into_iter().find_map(|name| self.facts.get(&name))
    }

    /// Whether the base of a stage has to be looked at before the stage can be planned: for an environment of its own,
    /// and where users or directories of a base without one matter.
    pub(super) fn wants_facts(&self, name: &str) -> bool {
        if let Some(stage) = self.environment_of(name) {
            return stage == name;
        }
        let on_nothing = self.chain(name).last().is_some_and(|bottom| self.base(bottom) == Base::Scratch);
        let by_name = |user: &Spanned<String>| user.contains(|c: char| c.is_ascii_alphabetic());
        self.spec.stages.get(name).is_some_and(|stage| {
            let owners = stage.copy.iter().flatten().filter_map(|copy| copy.chown.as_ref());
            let names = stage.user.iter().chain(owners).any(by_name);
            !on_nothing && (names || !stage.writable.is_empty() || !stage.volumes.is_empty())
        })
    }

    /// A stage and those that it starts from, nearest first.
    pub fn chain(&self, name: &str) -> Vec<String> {
        std::iter::once(name.to_owned()).chain(self.ancestors(name)).collect()
    }

    /// The stages that a stage starts from, nearest first.
    pub fn ancestors(&self, name: &str) -> Vec<String> {
        let mut chain = vec![];
        let mut seen = BTreeSet::new();
        let mut at = name.to_owned();
        while let Base::Stage(parent) = self.base(&at) {
            if !seen.insert(parent.clone()) {
                break;
            }
            chain.push(parent.clone());
            at = parent;
        }
        chain
    }

    /// What a stage starts from.
    pub fn base(&self, name: &str) -> Base {
        let from = self.spec.stages.get(name).and_then(|stage| stage.from.as_ref());
        match (from.map(|from| stage_or(self.spec, &from.value)), name) {
            (Some(Edge::Stage(parent)), _) => Base::Stage(parent.to_owned()),
            (Some(Edge::Source(image)), _) => Base::Source(image.to_owned()),
            (Some(Edge::Scratch), _) => Base::Scratch,
            (None, "app") => Base::Source(self.app_base.to_owned()),
            (None, "wheels") => Base::Source(compile_base(&self.app_image())),
            (None, "test") => Base::Stage("app".to_owned()),
            (None, _) => Base::Scratch,
        }
    }

    /// Every image and named context that the target needs, by the name in the description, with the place where
    /// it is written. The compile stage's are among them only with `compile`.
    pub fn sources(&self, compile: bool) -> BTreeMap<String, Option<crate::text::Span>> {
        let mut names = self.stages();
        if compile {
            names.extend(needed(self.spec, "wheels"));
        }
        let mut sources = BTreeMap::new();
        for name in &names {
            let stage = self.spec.stages.get(name);
            if let Base::Source(image) = self.base(name) {
                let from = stage.and_then(|stage| stage.from.as_ref()).map(|from| from.span);
                // Without `from`, it is `python` that chooses.
                let python = || self.spec.python.as_ref().filter(|_| name == "app").map(|python| python.span);
                sources.insert(image, from.or_else(python));
            }
            for edge in stage.into_iter().flat_map(|stage| edges(self.spec, stage)) {
                if let Edge::Source(image) = edge {
                    sources.entry(image.to_owned()).or_insert(None);
                }
            }
        }
        sources
    }

    /// The image at the bottom of the app's stages.
    fn app_image(&self) -> String {
        match self.chain("app").last().map(|bottom| self.base(bottom)) {
            Some(Base::Source(image)) => image,
            _ => self.app_base.to_owned(),
        }
    }
}
