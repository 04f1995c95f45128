//! What several of these tests do.

use std::path::Path;

use wheelbase_tests::build::{Build, Outcome};
use wheelbase_tests::engine::{Engine, repository};
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;
use wheelbase_tests::tree::Tree;

/// A copy of the Flask example, with a file of its own, so that its app layer is that of no other test and of no
/// other run of the tests.
pub(crate) fn flask() -> Project {
    let project = Project::copy_of(&repository().join("examples/flask"));
    project.write("note.txt", project.path().display().to_string());
    project
}

/// Builds an image and reads all its files.
pub(crate) fn tree(engine: &Engine, project: &Project, args: &[&str]) -> (Outcome, Tree) {
    let folder = tempfile::TempDir::new().unwrap();
    let archive = folder.path().join("image.tar");
    let output = format!("--output=type=tar,dest={}", archive.display());
    let outcome = Build::new(engine, project).arg(output).args(args.iter().copied()).succeed();
    (outcome, Tree::read(&archive))
}

/// Builds an image into an OCI archive, so that its manifest has a digest without a store or a registry.
pub(crate) fn oci(engine: &Engine, project: &Project, folder: &Path, args: &[&str]) -> Outcome {
    let output = format!("--output=type=oci,dest={}", folder.join("image.oci.tar").display());
    Build::new(engine, project).arg(output).args(args.iter().copied()).succeed()
}

/// Builds twice without caches: both times the steps run whose names hold these texts, and one digest comes out.
#[track_caller]
pub(crate) fn same_twice(project: &Project, args: &[&str], steps: &[&str]) {
    let engine = Engine::main();
    let folder = tempfile::TempDir::new().unwrap();
    let args = [&["--no-cache"], args].concat();
    let digests = [1, 2].map(|round| {
        let outcome = oci(&engine, project, folder.path(), &args);
        let ran = outcome.ran();
        for text in steps {
            assert!(ran.iter().any(|step| step.contains(text)), "round {round} ran no `{text}`: {ran:?}");
        }
        outcome.digest().to_owned()
    });
    assert_eq!(digests[0], digests[1]);
}

/// The steps that install wheels.
pub(crate) fn installs<'o>(steps: &[&'o str]) -> Vec<&'o str> {
    steps.iter().copied().filter(|step| step.contains(" install ")).collect()
}

/// What a container of a project's image prints.
pub(crate) fn prints(project: &Project, test: &str, args: &[&str]) -> (Outcome, String) {
    let engine = Engine::main();
    let image = Image::new(&engine, test);
    let tag = image.tag();
    let outcome =
        Build::new(&engine, project).args(["--load", "--tag", tag]).args(args.iter().copied()).succeed();
    let printed = engine.docker(&["run", "--rm", tag]);
    (outcome, printed)
}
