//! Who owns what is copied: decided by the operation that copies.

use buildkit_llb::dump;
use wheelbase::driver::build;

use crate::{daemon, environment};

const DESCRIPTION: &str = r#"python = "3.13"
dependencies = false
copy = [
    { src = "app.py", dest = "/app/" },
    { src = "data/", dest = "/srv/data/", chown = "app:app", chmod = "750" },
    { src = "web/", dest = "/srv/web/", chown = "1000:33" },
]
cmd = ["python", "app.py"]
"#;

#[tokio::test]
async fn owners_are_set_while_copying() {
    let gateway = daemon(DESCRIPTION, &[]);
    build(gateway.clone(), environment(&[])).await.unwrap();
    let graphs: Vec<String> = gateway.solves().iter().map(|solve| dump(&solve.definition)).collect();
    let image = graphs.iter().find(|graph| graph.contains("/srv/data")).unwrap();
    // What is copied from the context, and how; where nothing is merged, results are copied once more as they are.
    let shown =
        |line: &&str| line.contains("copy $1/") && !line.contains("$1/ ") || line.starts_with("owner");
    let copies: Vec<&str> = image.lines().map(str::trim).filter(shown).collect();
    insta::assert_snapshot!(copies.join("\n"), @"
    on $2 copy $1/app.py -> /app/
    on $2 copy $1/data -> /srv/data/
    owner 10001:10001
    on $2 copy $1/web -> /srv/web/
    owner 1000:33
    ");
    assert!(!graphs.concat().contains("chown"), "no step changes owners afterwards");
}
