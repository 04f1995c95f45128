//! What stages start from: their images, found, and the facts of them, read.

use std::collections::BTreeMap;

use buildkit_llb::Fs;
use futures_util::future::join4;
use wheelbase_helper::contract::{FACTS_PATH, Facts};

use super::image::DependencyFile;
use super::known::Known;
use super::load::Project;
use super::python;
use super::session::{Session, all};
use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::lower::{Surroundings, lower_facts};
use crate::plan::{self, Plan};

impl<G: Gateway> Session<'_, G> {
    /// Finds the images that the target needs, with `compile` those of the compile stage too, and looks at those that
    /// cannot install packages themselves, which then need others that can.
    ///
    /// # Errors
    /// As [`Session::find`].
    pub(super) async fn find_images(
        &self,
        known: &mut Known<'_>,
        project: &Project,
        compile: bool,
    ) -> Result<(), Failure> {
        let builder = self.builder();
        loop {
            let ingredients = known.ingredients();
            let wanted = ingredients.sources(compile);
            let foreign = *known.platform != builder && !compile;
            let native = if foreign { wanted.clone() } else { BTreeMap::new() };
            // Who describes a compile stage most likely needs it. Its image is only asked after, and if it is not to be
            // had, that is told if it is needed.
            let described = known.spec.stages.contains_key("wheels");
            let mut likely = ingredients.sources(described);
            likely.retain(|name, _| !wanted.contains_key(name));
            let (sources, likely, native, installers) = join4(
                self.find(&wanted, known.platform, &project.files, &known.sources),
                self.find(&likely, known.platform, &project.files, &known.sources),
                self.find(&native, &builder, &project.files, &known.native),
                self.find(&ingredients.installers(), &builder, &project.files, &known.native),
            )
            .await;
            known.sources.extend(likely.unwrap_or_default());
            known.sources.extend(sources?);
            known.native.extend(native?);
            known.native.extend(installers?);
            let looks = plan::look(&known.ingredients());
            if looks.is_empty() {
                return Ok(());
            }
            let read = self.facts(&looks, &known.surroundings(self, project)).await?;
            known.bottoms.extend(read);
        }
    }

    /// Reads the facts of every base that an environment is made on, and gives the plans that end before them, by
    /// stage.
    ///
    /// # Errors
    /// Everything that is wrong with the stages; `wrong-python`.
    pub(super) async fn read_bases(
        &self,
        known: &mut Known<'_>,
        files: &[DependencyFile],
        project: &Project,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<BTreeMap<String, Plan>, Failure> {
        let mut prepared = BTreeMap::new();
        loop {
            let (plans, _) = project.checked(plan::prepare(&known.ingredients()))?;
            if plans.is_empty() {
                return Ok(prepared);
            }
            let read = self.facts_and_ahead(&plans, known, files, project).await?;
            for (stage, facts) in read {
                if let Some(error) = python::check(known.spec, &facts) {
                    return Err(Failure::Input(vec![error], project.files.clone()));
                }
                warnings.extend(plan::unconfigured(&plans[&stage], &facts));
                known.facts.insert(stage, facts);
            }
            prepared.extend(plans);
        }
    }

    /// The facts that plans end before, all read at once, by the name of the plan.
    pub(super) async fn facts(
        &self,
        plans: &BTreeMap<String, Plan>,
        around: &Surroundings<'_>,
    ) -> Result<BTreeMap<String, Facts>, Failure> {
        let read = all(plans.iter().map(async |(name, plan)| {
            let reference = self.solve(&Fs::Output(lower_facts(plan, around)), false).await?;
            let bytes = self.gateway.read_file(&reference, FACTS_PATH).await?.unwrap_or_default();
            let facts = serde_json::from_slice(&bytes)
                .map_err(|error| Failure::Bug(format!("the facts of the base: {error}")))?;
            Ok((name.clone(), facts))
        }));
        Ok(read.await?.into_iter().collect())
    }
}
