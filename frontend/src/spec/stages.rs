//! Stages and their names: the known ones with their defaults, what `from` means, and which stage is built.

use super::types::{Spec, Stage};
use crate::diag::{Diagnostic, did_you_mean};

/// A stage that has defaults.
pub struct KnownStage {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// What `from` is if it is not written.
    pub from: &'static str,
    /// Whether it exists even if the description does not have it.
    pub implied: bool,
}

/// The stages that have defaults. Every other stage must say its `from`.
pub const KNOWN_STAGES: [KnownStage; 3] = [
    KnownStage {
        name: "app",
        doc: "The image that ships; the top level of the file describes it",
        from: "the official image of `python` and `variant`: `python:3.12-slim`",
        implied: true,
    },
    KnownStage {
        name: "wheels",
        doc: "Where packages that have no fitting wheel are compiled; its image is pulled only then",
        from: "the full variant of the image of `app`: `python:3.12` for `python:3.12-slim`",
        implied: true,
    },
    KnownStage {
        name: "test",
        doc: "The app and what its tests need; built with `docker build --target test`",
        from: "the stage `app`",
        implied: false,
    },
];

/// The row of a known stage.
pub fn known_stage(name: &str) -> Option<&'static KnownStage> {
    KNOWN_STAGES.iter().find(|stage| stage.name == name)
}

/// What the word after `from` means, as far as the description knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'s> {
    /// Nothing at all.
    Scratch,
    /// A stage, by name. `wheels` is one even if the description does not have it.
    Stage(&'s str),
    /// Outside of the description: a named context if the build was given one of that name, else an image.
    Outside(&'s str),
}

impl Spec {
    /// What a `from` means: a stage, else a named context, else an image.
    pub fn origin<'s>(&self, from: &'s str) -> Origin<'s> {
        if from == "scratch" {
            Origin::Scratch
        } else if super::describe::exists(self, from) {
            Origin::Stage(from)
        } else {
            Origin::Outside(from)
        }
    }

    /// The stage that `--target` names: `app` without one. Case does not matter, as in Dockerfiles.
    ///
    /// # Errors
    /// There is no such stage: the error has the nearest name, or all of them.
    pub fn target(&self, name: Option<&str>) -> Result<(&str, &Stage), Diagnostic> {
        let name = name.filter(|name| !name.is_empty()).unwrap_or("app");
        if let Some((name, stage)) = self.stages.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Ok((name, stage));
        }
        let name = super::reader::shorten(name);
        let error = Diagnostic::error("unknown-target", format!("there is no stage `{name}` to build"));
        let names: Vec<&str> = self.stages.keys().map(String::as_str).collect();
        Err(match did_you_mean(&name, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `--target {near}`?")),
            None if known_stage(&name).is_some() => {
                error.help(format!("describe it: write `[stages.{name}]` and its keys"))
            }
            None => error.help(format!("the stages are `{}`", names.join("`, `"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::text::Files;

    fn spec() -> Spec {
        let file = Files::default().add("a", "[stages.assets]\nfrom = \"node:22\"\n");
        crate::spec::parse(&file, &BTreeMap::new()).into_result().unwrap().0
    }

    #[test]
    fn targets() {
        let spec = spec();
        assert_eq!(spec.target(None).unwrap().0, "app");
        assert_eq!(spec.target(Some("ASSETS")).unwrap().0, "assets");
        let help = |name| spec.target(Some(name)).unwrap_err().help;
        assert_eq!(help("asets"), ["did you mean `--target assets`?"]);
        assert_eq!(help("test"), ["describe it: write `[stages.test]` and its keys"]);
        assert_eq!(help("production"), ["the stages are `app`, `assets`"]);
    }

    #[test]
    fn origins() {
        let spec = spec();
        assert_eq!(spec.origin("scratch"), Origin::Scratch);
        assert_eq!(spec.origin("assets"), Origin::Stage("assets"));
        assert_eq!(spec.origin("wheels"), Origin::Stage("wheels"));
        assert_eq!(spec.origin("test"), Origin::Outside("test"));
        assert_eq!(spec.origin("node:22"), Origin::Outside("node:22"));
    }
}
