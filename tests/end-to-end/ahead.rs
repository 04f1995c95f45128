//! What is made while system packages are installed.

use wheelbase_tests::build::{Build, Outcome};
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;

/// System packages, requirements that are not locked, and one that is no wheel.
const PROJECT: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
packages = ["libpq5"]
cmd = ["python", "-c", "import docopt, flask"]

[stages.wheels]
packages = ["zip"]
//- requirements.txt
docopt==0.6.2
flask==3.1.2
"#;

/// Start and end of the only step with a name.
fn moments<'o>(outcome: &'o Outcome, name: &'o str) -> &'o [String; 2] {
    let steps: Vec<_> = outcome.named(name).collect();
    assert_eq!(steps.len(), 1, "{name}: {steps:#?}");
    &steps[0].moments
}

#[test]
fn packages_do_not_hold_up_what_does_not_need_them() {
    let engine = Engine::main();
    let project = Project::new(PROJECT);
    let image = Image::new(&engine, "ahead");
    let tag = image.tag();
    let outcome = Build::new(&engine, &project).args(["--no-cache", "--load", "--tag", tag]).succeed();
    let [begin, end] = moments(&outcome, "[app] packages");
    for name in ["[app] resolve requirements", "[wheels] packages"] {
        let [started, _] = moments(&outcome, name);
        assert!(started > begin && started < end, "{name}: {started}, but packages from {begin} to {end}");
    }
    engine.docker(&["run", "--rm", tag]);
}

#[test]
fn nothing_is_made_ahead_where_it_may_be_imported() {
    let engine = Engine::main();
    let project = Project::new(PROJECT);
    let from = format!(
        "--cache-from=type=registry,ref={}/wheelbase-test/nothing-there",
        engine.variable("REGISTRY")
    );
    let outcome =
        Build::new(&engine, &project).args(["--no-cache", &from, "--output=type=cacheonly"]).succeed();
    let [_, end] = moments(&outcome, "[app] packages");
    let [started, _] = moments(&outcome, "[app] resolve requirements");
    assert!(started > end, "{started}, but packages until {end}");
}
