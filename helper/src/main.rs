//! `helper NAME JSON` or `helper NAME @FILE`: carries out one command and says on standard error what the user should know.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let [name, request] = arguments.as_slice() else {
        eprintln!("usage: helper facts|install|directories|resolve|build|sync JSON|@FILE");
        return ExitCode::from(2);
    };
    match wheelbase_helper::run(name, request) {
        Ok(warnings) => {
            for warning in warnings {
                eprintln!("warning: {warning}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
