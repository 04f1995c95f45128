//! The one binary of wheelbase. BuildKit starts it as a frontend: everything is in [`wheelbase::run`].

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(wheelbase::run::main(wheelbase::driver::build))
}
