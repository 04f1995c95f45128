//! What must hold for every input, however wrong: for the fuzzers, and for tests that break what was right.
//!
//! No panic on the way to a graph; a graph that a daemon takes, or an error; places that lie in their file; words that
//! can be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use buildkit_llb::verify;
use wheelbase::answer::Failure;
use wheelbase::diag::Diagnostic;
use wheelbase::lock::Request;
use wheelbase::select::Selection;
use wheelbase::spec::{self, Spec};
use wheelbase::subrequest;
use wheelbase::text::Files;

use crate::graph::{Built, DESCRIPTION, Machine, build, read, selection};

static MACHINES: LazyLock<[Machine; 2]> =
    LazyLock::new(|| [Machine::debian().python("3.12.11"), Machine::alpine()]);

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let file = Files::default().add("app.toml", DESCRIPTION);
    spec::parse(&file, &BTreeMap::new()).into_result().expect("the description is right").0
});

/// Takes a dependency file of any format as far as it goes, for two machines. Whatever other file it asks for has the
/// text `more`, or is missing. Gives the graphs of the machines that it is right for.
///
/// # Panics
/// If one of the rules does not hold.
pub fn lock(name: &str, text: &str, more: Option<&str>, request: &Request) -> Vec<Built> {
    let (mut files, mut found, mut graphs) = (Files::default(), vec![], vec![]);
    let file = files.add(name, text);
    if let Some(read) = read(&file, more, request, &mut files, &mut found) {
        let broken = found.iter().any(Diagnostic::is_error);
        for machine in &*MACHINES {
            let mut noticed = vec![];
            let chosen = selection(&read, request, machine, &mut noticed);
            let wrong = broken || noticed.iter().any(Diagnostic::is_error);
            if let Some(chosen) = chosen.filter(|_| !wrong) {
                graphs.extend(build(&SPEC, "app", &chosen, machine, &files, &mut noticed));
            }
            found.extend(noticed);
        }
    }
    shown(&found, &files);
    accepted(&graphs);
    graphs
}

/// Takes a description as far as it goes, for each of its first stages.
///
/// # Panics
/// If one of the rules does not hold.
pub fn description(name: &str, bytes: &[u8]) {
    let text = match spec::decode(name, bytes) {
        Ok(text) => text,
        Err(error) => {
            shown(&[error], &Files::default());
            String::from_utf8_lossy(bytes).into_owned()
        }
    };
    let mut files = Files::default();
    let file = files.add(name, text);
    let args = BTreeMap::from([("TAG".to_owned(), "3.12".to_owned())]);
    let contexts = BTreeSet::from(["tools".to_owned()]);
    let mut found = vec![];
    let spec = spec::parse_with_contexts(&file, &args, &contexts).drain_into(&mut found);
    if let Some(spec) = spec.filter(|_| !found.iter().any(Diagnostic::is_error)) {
        for target in spec.stages.keys().take(4) {
            let built = build(&spec, target, &SELECTION, &MACHINES[0], &files, &mut found);
            accepted(built.as_slice());
        }
    }
    shown(&found, &files);
    subrequest::lint(&found, &files);
    if !found.is_empty() {
        Failure::Input(found, files).to_status();
    }
}

/// A wheel of an index, a tree of the context, a commit.
const LOCK: &str = "./libs/own
demo @ https://files.example/demo-1.0-py3-none-any.whl --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
git @ git+https://git.example/a.git@0123456789abcdef0123456789abcdef01234567
";

static SELECTION: LazyLock<Selection> = LazyLock::new(|| {
    let (mut files, mut found, request) = (Files::default(), vec![], Request::default());
    let file = files.add("requirements.txt", LOCK);
    let project = Some("[project]\nname = \"own\"\nversion = \"1\"\n");
    let read = read(&file, project, &request, &mut files, &mut found);
    let selection = read.and_then(|read| selection(&read, &request, &MACHINES[0], &mut found));
    selection.unwrap_or_else(|| panic!("the lock is right: {found:?}"))
});

fn accepted(graphs: &[Built]) {
    for built in graphs {
        assert_eq!(verify(&built.definition), [], "a graph that no daemon takes");
    }
}

/// Looks at everything that would be shown.
///
/// # Panics
/// If a place does not lie in its file and on characters, or if nothing is said.
pub fn shown(found: &[Diagnostic], files: &Files) {
    for diagnostic in found {
        let labels = diagnostic.labels.iter().map(|label| label.span);
        for span in labels.chain(diagnostic.hidden.iter().copied()) {
            let file = files.get(span.file).expect("a place is in a file that was read");
            assert!(file.text().get(span.range()).is_some(), "{span:?} is no place: {diagnostic:?}");
        }
        assert!(!diagnostic.message.trim().is_empty(), "nothing is said: {diagnostic:?}");
        assert!(!diagnostic.render(files).is_empty() && !diagnostic.brief(files).is_empty());
    }
}
