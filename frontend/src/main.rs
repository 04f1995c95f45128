//! The one binary of wheelbase. BuildKit starts it as a frontend: everything is in [`wheelbase::run`].

use std::process::ExitCode;

use wheelbase::answer::{Answer, Failure};
use wheelbase::gateway::stdio::Client;
use wheelbase::options;
use wheelbase::run::{self, Environment};

fn main() -> ExitCode {
    ExitCode::from(run::main(build))
}

async fn build(_gateway: Client, environment: Environment) -> Result<Answer, Failure> {
    let (_options, _) = options::parse(&environment.options).into_result().map_err(Failure::input)?;
    Err(Failure::Bug("the driver is not connected".into()))
}
