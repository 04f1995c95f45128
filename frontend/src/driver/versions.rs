//! Versions that come from the tags of a repository, which a build does not see.

use std::collections::BTreeMap;

use super::load::Project;
use super::session::Session;
use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::lock::name::PackageName;
use crate::lock::project;
use crate::plan::Dependencies;
use crate::select::Artifact;
use crate::spec::Spec;

impl<G: Gateway> Session<'_, G> {
    /// Looks at the packages of the context that are going to be built.
    ///
    /// # Errors
    /// `version-from-vcs` for each whose version nobody says: before a build stops in the middle for it.
    pub(super) async fn check_versions(
        &self,
        spec: &Spec,
        dependencies: &BTreeMap<String, Dependencies>,
        project: &mut Project,
    ) -> Result<(), Failure> {
        let chosen = dependencies.values().flat_map(|dependencies| &dependencies.selection.packages);
        let trees: BTreeMap<String, PackageName> = chosen
            .filter_map(|chosen| match &chosen.artifact {
                Artifact::Tree(tree) => Some((pyproject(&tree.path), chosen.name.clone())),
                _ => None,
            })
            .collect();
        let unread: Vec<String> =
            trees.keys().filter(|path| !project.found.contains_key(*path)).cloned().collect();
        if !unread.is_empty() {
            self.read_more(project, &unread).await?;
        }
        let written = spec.stages.get("wheels").map(|stage| stage.env.as_slice()).unwrap_or_default();
        let said = |variable: &String| written.iter().any(|(name, _)| name.value == *variable);
        let mut errors = vec![];
        for (path, name) in &trees {
            let Some(file) = project.found.get(path) else { continue };
            let read = project::Project::read(file).into_result().ok();
            let Some(plugin) = read.and_then(|(read, _)| read.version_from_vcs()) else { continue };
            let variables = variables(plugin, name);
            if !variables.iter().any(said) {
                errors.push(unknown_version(path, name, plugin, &variables));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Failure::Input(errors, project.files.clone())) }
    }
}

fn pyproject(tree: &str) -> String {
    match tree.trim_end_matches('/') {
        "" | "." => "pyproject.toml".to_owned(),
        tree => format!("{tree}/pyproject.toml"),
    }
}

/// The variables by which a plugin is told a version, the best first; none for one that cannot be told.
fn variables(plugin: &str, name: &PackageName) -> Vec<String> {
    let upper = name.as_str().to_uppercase().replace('-', "_");
    match plugin {
        "setuptools-scm" => vec![
            format!("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{upper}"),
            "SETUPTOOLS_SCM_PRETEND_VERSION".to_owned(),
        ],
        // It asks setuptools-scm, but without saying for which package.
        "hatch-vcs" => vec!["SETUPTOOLS_SCM_PRETEND_VERSION".to_owned()],
        "poetry-dynamic-versioning" => vec!["POETRY_DYNAMIC_VERSIONING_BYPASS".to_owned()],
        _ => vec![],
    }
}

fn unknown_version(path: &str, name: &PackageName, plugin: &str, variables: &[String]) -> Diagnostic {
    let message = format!(
        "the version of `{name}` comes from the tags of its repository (`{plugin}` in `{path}`), which a build does \
         not see"
    );
    let error = Diagnostic::error("version-from-vcs", message);
    match variables.first() {
        Some(variable) => error
            .help(format!("say it to the build: `[stages.wheels]` with `env = {{ {variable} = \"1.2.3\" }}`"))
            .help(
                "or as an argument: `[args]` with `VERSION = \"1.2.3\"`, `\"${{ VERSION }}\"` there, and \
                   `--build-arg VERSION=…`",
            ),
        None => error.help("write the version into `[project]`"),
    }
}
