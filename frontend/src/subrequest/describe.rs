//! `frontend.subrequests.describe`: which sub-requests there are.

use buildkit_proto::metadata::subrequest as keys;
use serde::Serialize;

use super::columns::columns;
use super::{Request, Row, TABLE, answer};
use crate::answer::Answer;

/// The table, as an answer.
pub fn describe() -> Answer {
    let list: Vec<Described> = TABLE.iter().map(Described::of).collect();
    let mut rows = vec![["NAME", "VERSION", "DESCRIPTION"].map(ToOwned::to_owned).to_vec()];
    rows.extend(TABLE.iter().map(|row| {
        let name = row.id.strip_prefix("frontend.").unwrap_or(row.id);
        vec![name.to_owned(), row.version.to_owned(), row.about.to_owned()]
    }));
    answer(Request::Describe, &list, columns(&rows))
}

/// All keys are always there; what Go would have as a nil list is `null`.
#[derive(Serialize)]
struct Described {
    name: &'static str,
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    opts: Option<Vec<Named>>,
    inputs: Option<Vec<Named>>,
    metadata: Vec<Named>,
    refs: Option<Vec<Named>>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    description: &'static str,
}

impl Described {
    fn of(row: &Row) -> Self {
        let named = |name, description| Named { name, description };
        let opts: Vec<Named> = row.options.iter().map(|(name, about)| named(name, about)).collect();
        Self {
            name: row.id,
            version: row.version,
            kind: "rpc",
            description: row.about,
            opts: Some(opts).filter(|opts| !opts.is_empty()),
            inputs: None,
            metadata: vec![named(keys::RESULT_JSON, ""), named(keys::RESULT_TXT, "")],
            refs: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn all_of_them() {
        insta::assert_snapshot!(shown(&describe()), @r#"
        [{"name":"frontend.outline","version":"1.0.0","type":"rpc","description":"List all parameters that the target supports","opts":[{"name":"target","description":"The stage to look at"}],"inputs":null,"metadata":[{"name":"result.json","description":""},{"name":"result.txt","description":""}],"refs":null},{"name":"frontend.targets","version":"1.0.0","type":"rpc","description":"List all stages that can be built","opts":null,"inputs":null,"metadata":[{"name":"result.json","description":""},{"name":"result.txt","description":""}],"refs":null},{"name":"frontend.lint","version":"1.0.0","type":"rpc","description":"Check the description and the lock file","opts":null,"inputs":null,"metadata":[{"name":"result.json","description":""},{"name":"result.txt","description":""}],"refs":null},{"name":"frontend.subrequests.describe","version":"1.0.0","type":"rpc","description":"List the sub-requests that this frontend supports","opts":null,"inputs":null,"metadata":[{"name":"result.json","description":""},{"name":"result.txt","description":""}],"refs":null}]
        NAME                   VERSION   DESCRIPTION
        outline                1.0.0     List all parameters that the target supports
        targets                1.0.0     List all stages that can be built
        lint                   1.0.0     Check the description and the lock file
        subrequests.describe   1.0.0     List the sub-requests that this frontend supports
        "#);
    }
}
