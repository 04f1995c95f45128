//! The image for one platform, in rounds: dependency files, images, facts, selection, plan, graph, configuration.

use std::collections::BTreeMap;

use super::dependencies::{Source, Wanted, added};
use super::images::Image;
use super::known::Known;
use super::load::Project;
use super::session::Session;
use crate::answer::{Failure, PlatformImage};
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::image::{Changes, ImageConfig};
use crate::lock;
use crate::lower::lower;
use crate::options::Platform;
use crate::plan::{self, Base, Indexes, Plan};
use crate::spec::Spec;

/// The dependency file of a stage, with what the stage wants of it.
pub(super) struct DependencyFile {
    stage: String,
    wanted: Wanted,
    source: Source,
}

impl<G: Gateway> Session<'_, G> {
    /// Builds the image for one platform; with what was noticed.
    ///
    /// # Errors
    /// Everything that is wrong with the files of the project, before anything is asked of a registry; images that
    /// cannot be had; what does not fit the base; what the daemon refuses.
    pub(super) async fn platform(
        &self,
        spec: &Spec,
        project: &mut Project,
        target: &str,
        platform: &Platform,
    ) -> Result<(Image, Vec<Diagnostic>), Failure> {
        let mut warnings = vec![];
        let (mut known, files) = self.files_of(spec, project, target, platform, &mut warnings).await?;
        self.find_images(&mut known, project, false).await?;
        let prepared = self.read_bases(&mut known, &files, project, &mut warnings).await?;
        self.choose(&mut known, &files, &prepared, project, &mut warnings).await?;
        self.check_versions(spec, &known.dependencies, project).await?;
        if known.ingredients().compiles() {
            self.find_images(&mut known, project, true).await?;
        }
        known.start = self.start(&known.ingredients(), project, &mut warnings).await?;
        let (plan, noticed) = project.checked(plan::plan(&known.ingredients()))?;
        warnings.extend(noticed);
        let lowered = lower(&plan, &known.surroundings(self, project));
        let reference = self.solve(&lowered.fs, false).await?;
        let (config, base_config) = self.configuration(&known, &lowered.layers);
        let built = PlatformImage { platform: platform.clone(), reference, config, base_config };
        Ok((Image { built, plan, fs: lowered.fs }, warnings))
    }

    /// What the files of the project say: which Python it wants, and what each stage installs.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) async fn files_of<'a>(
        &self,
        spec: &'a Spec,
        project: &mut Project,
        target: &'a str,
        platform: &'a Platform,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<(Known<'a>, Vec<DependencyFile>), Failure> {
        let (python, noticed) = project.checked(lock::python::detect(&project.contents()))?;
        warnings.extend(noticed);
        let known = Known::new(self, project, spec, target, platform, python.as_ref())?;
        let files = self.dependency_files(&known, project, warnings).await?;
        Ok((known, files))
    }

    /// Reads the dependency files of all stages that install something.
    async fn dependency_files(
        &self,
        known: &Known<'_>,
        project: &mut Project,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Vec<DependencyFile>, Failure> {
        let ingredients = known.ingredients();
        let written = |stage: &str| known.spec.stages.get(stage).and_then(|stage| stage.dependencies.clone());
        let mut files = vec![];
        for stage in ingredients.with_dependencies() {
            let mut wanted = Wanted {
                written: written(&stage).unwrap_or_default(),
                locked: known.spec.locked,
                indexes: Indexes::of(&known.spec.indexes),
            };
            // Who adds to an environment adds from the same file.
            if let Some(below) = ingredients.adds_to(&stage).and_then(|below| written(&below)) {
                wanted.written.file = wanted.written.file.or(below.file);
                wanted.written.member = wanted.written.member.or(below.member);
                wanted.written.bytecode = wanted.written.bytecode.or(below.bytecode);
            }
            if let Some(source) = self.dependency_file(&wanted, project, warnings).await? {
                files.push(DependencyFile { stage, wanted, source });
            }
        }
        Ok(files)
    }

    /// Selects what each stage installs, for the bases that are known. `prepared` are the plans that end before the
    /// facts of these.
    pub(super) async fn choose(
        &self,
        known: &mut Known<'_>,
        files: &[DependencyFile],
        prepared: &BTreeMap<String, Plan>,
        project: &Project,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<(), Failure> {
        for DependencyFile { stage, wanted, source } in files {
            let below = known.ingredients().adds_to(stage);
            let root = below.as_ref().unwrap_or(stage);
            let (Some(facts), Some(plan)) = (known.facts.get(root), prepared.get(root)) else { continue };
            let around = known.surroundings(self, project);
            let mut chosen = self.select(source, wanted, facts, plan, &around, warnings).await?;
            if let Some(base) = below.and_then(|below| known.dependencies.get(&below)) {
                chosen =
                    added(chosen, base).map_err(|errors| Failure::Input(errors, project.files.clone()))?;
            }
            known.dependencies.insert(stage.clone(), chosen);
        }
        Ok(())
    }

    /// The configuration of the target's image, and that of the image that it grew from.
    fn configuration(&self, known: &Known<'_>, layers: &[String]) -> (Vec<u8>, Option<Vec<u8>>) {
        let ingredients = known.ingredients();
        let chain = ingredients.chain(ingredients.target);
        let base = match chain.last().map(|stage| ingredients.base(stage)) {
            Some(Base::Source(name)) => known.sources.configs.get(&name).cloned(),
            _ => None,
        };
        let start = base.clone().unwrap_or_else(ImageConfig::scratch);
        let config =
            chain.iter().rev().fold(start, |config, stage| config.with(&ingredients.image_changes(stage)));
        let labels = self.options.labels.iter().map(|(name, value)| (name.clone(), value.clone()));
        let labels = Changes { labels: labels.collect(), ..Changes::default() };
        let platform = known.platform;
        let config = config
            .with(&labels)
            .for_platform(&platform.os, &platform.architecture, &platform.variant)
            .with_layers(layers, self.options.source_date_epoch);
        (config.to_json(), base.map(|base| base.original()))
    }
}
