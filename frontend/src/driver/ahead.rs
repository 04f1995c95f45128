//! Going ahead: while system packages are installed, what does not need them is made already.
//!
//! The facts of a base are read when its packages are there, because packages may bring the interpreter, or users. That
//! they do is rare. So, meanwhile, the image without its packages is taken for the base: what is not locked is resolved,
//! wheels are fetched and installed into their layers, and the compile stage is made ready. Nothing of that is used:
//! what the build asks for later is the same operations again, which are done by then, or others, if the guess was
//! wrong.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, select, try_join};
use wheelbase_helper::contract::Facts;

use super::image::DependencyFile;
use super::known::Known;
use super::load::Project;
use super::session::Session;
use crate::answer::Failure;
use crate::gateway::Gateway;
use crate::lower::lower_ahead;
use crate::plan::{self, Plan};

/// Facts that are in a cache are there sooner: then there is nothing to go ahead of.
const PATIENCE: Duration = Duration::from_millis(150);

impl<G: Gateway> Session<'_, G> {
    /// The facts that plans end before; while packages are installed for them, what does not need these is made.
    ///
    /// Where results may be imported, it waits instead: what is made ahead would be made even if it can be had
    /// elsewhere and need not be there.
    pub(super) async fn facts_and_ahead(
        &self,
        plans: &BTreeMap<String, Plan>,
        known: &Known<'_>,
        files: &[DependencyFile],
        project: &Project,
    ) -> Result<BTreeMap<String, Facts>, Failure> {
        let around = known.surroundings(self, project);
        let facts = self.facts(plans, &around);
        let bottoms = plan::bottoms(&known.ingredients(), plans);
        if bottoms.is_empty() || !self.options.cache_imports.is_empty() {
            return facts.await;
        }
        match select(pin!(facts), pin!(tokio::time::sleep(PATIENCE))).await {
            Either::Left((facts, _)) => facts,
            Either::Right(((), facts)) => {
                // What goes wrong ahead goes wrong again when it is asked for, and is told then.
                let ahead =
                    async { Ok(self.ahead(bottoms, plans, known.clone(), files, project).await.ok()) };
                let (facts, _) = try_join(facts, ahead).await?;
                Ok(facts)
            }
        }
    }

    async fn ahead(
        &self,
        bottoms: BTreeMap<String, Plan>,
        plans: &BTreeMap<String, Plan>,
        mut guess: Known<'_>,
        files: &[DependencyFile],
        project: &Project,
    ) -> Result<(), Failure> {
        let facts = self.facts(&bottoms, &guess.surroundings(self, project)).await?;
        guess.facts.extend(facts);
        self.choose(&mut guess, files, plans, project, &mut vec![]).await?;
        if guess.ingredients().compiles() {
            self.find_images(&mut guess, project, true).await?;
        }
        let (plan, _) = project.checked(plan::plan(&guess.ingredients()))?;
        let parts = lower_ahead(&plan, &guess.surroundings(self, project));
        join_all(parts.iter().map(|part| self.solve(part, true))).await;
        Ok(())
    }
}
