//! The images of a build, one a platform, and what was said on the way.

use buildkit_llb::{Fs, definition};
use futures_util::future::try_join;

use super::load::{Loaded, Project};
use super::parse;
use super::session::{Session, all};
use crate::answer::{Answer, Failure, PlatformImage, note, warning};
use crate::diag::{Diagnostic, Severity, once};
use crate::gateway::{Gateway, SolveRequest};
use crate::options::CheckOptions;
use crate::plan::Plan;
use crate::text::Files;

/// Images, built.
#[derive(Debug, Clone)]
pub struct Images {
    /// One a platform, in the order in which they were asked for; at least one.
    pub images: Vec<Image>,
    /// Warnings and notes, each once, in the order in which they were found.
    pub said: Vec<Diagnostic>,
    /// The files that these point into.
    pub files: Files,
    /// Whether the answer has its platforms spelled out.
    by_platform: bool,
}

/// An image for one platform.
#[derive(Debug, Clone)]
pub struct Image {
    /// What the daemon is answered.
    pub built: PlatformImage,
    /// What was decided.
    pub plan: Plan,
    /// The graph that was handed over.
    pub fs: Fs,
}

impl Images {
    /// What the daemon is answered.
    pub(super) fn into_answer(self) -> Answer {
        let images = self.images.into_iter().map(|image| image.built);
        Answer::images(images.collect(), self.by_platform)
    }
}

impl<G: Gateway> Session<'_, G> {
    /// Builds an image for each platform, and shows what is to be said.
    pub(super) async fn images(&self, loaded: &Loaded) -> Result<Images, Failure> {
        let fail = |errors| Failure::Input(errors, loaded.files.clone());
        let builder = self.builder();
        let platforms = self.options.targets(&builder);
        let parsed = |platform| parse(loaded, self.options, &builder, platform).into_result().map_err(fail);
        let (spec, mut warnings) = parsed(&platforms[0])?;
        let (target, _) = spec.target(self.options.target.as_deref()).map_err(|error| fail(vec![error]))?;
        let check = CheckOptions::of(self.options.check.as_ref(), &loaded.description);
        let (check, _) = check.into_result().map_err(fail)?;

        let mut project = self.project(loaded, &spec, &warnings).await?;
        let mut images = vec![];
        for platform in &platforms {
            let (spec, _) = parsed(platform)?;
            let (image, noticed) = self.platform(&spec, &mut project, target, platform).await?;
            warnings.extend(noticed);
            images.push(image);
        }
        let said = check.without_skipped(once(warnings));
        check.verdict(&said).map_err(|errors| Failure::Input(errors, project.files.clone()))?;
        try_join(self.warn(&said, &project), self.note(&said, &project.files)).await?;
        Ok(Images { images, said, files: project.files, by_platform: self.options.by_platform })
    }

    /// Shows warnings, in their order, with a vertex that the user has already seen, or clients drop them.
    async fn warn(&self, said: &[Diagnostic], project: &Project) -> Result<(), Failure> {
        for diagnostic in said.iter().filter(|diagnostic| diagnostic.severity != Severity::Note) {
            self.gateway.warn(warning(diagnostic, &project.files, &project.vertex)).await?;
        }
        Ok(())
    }

    /// Shows notes as steps of the progress. Those are not looked for in caches elsewhere: making one is faster.
    async fn note(&self, said: &[Diagnostic], files: &Files) -> Result<(), Failure> {
        let steps = said.iter().filter_map(|diagnostic| note(diagnostic, files));
        let requests = steps.map(|step| SolveRequest {
            definition: definition(&step),
            evaluate: true,
            ..SolveRequest::default()
        });
        all(requests.map(|request| async { Ok(self.gateway.solve(request).await?) })).await?;
        Ok(())
    }
}
