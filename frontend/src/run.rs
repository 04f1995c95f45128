//! The life of the process as a frontend: connect, ping, build, answer once, end.
//!
//! [`serve`] is the only place that sends an answer. It is generic over its pipes, so tests run it in memory.

mod environment;
mod panics;

pub use environment::{Environment, Worker, WorkerPlatform};
pub use panics::Panics;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::answer::{Answer, Failure};
use crate::gateway::GatewayError;
use crate::gateway::stdio::{self, Client, Connection};

/// How long a build may go on once the daemon has closed its end: its calls fail by themselves, and an answer
/// that is under way may still have been heard.
const GRACE: Duration = Duration::from_millis(500);

/// How a process ended, as its exit code tells the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The daemon has our answer, be it a result or an error. After an answer, 0 is the only right code: another
    /// one would replace a result by "exit code: 1".
    Answered,
    /// The daemon has closed its end: the build was cancelled.
    Cancelled,
    /// The answer could not be delivered.
    Unheard,
}

impl Ended {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Unheard => 1,
            Self::Cancelled => 130,
        }
    }
}

/// Serves the one build of this process over its stdin and stdout, and gives the exit code. To be called first
/// thing in `main`; the process must then exit at once, without waiting for the thread that reads stdin.
pub fn main<B, F>(build: B) -> u8
where
    B: FnOnce(Client, Environment) -> F,
    F: Future<Output = Result<Answer, Failure>>,
{
    let panics = Panics::install();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("wheelbase: {error}");
            return Ended::Unheard.code();
        }
    };
    let environment = Environment::of_process();
    let served = serve(tokio::io::stdin(), tokio::io::stdout(), environment, &panics, build);
    let ended = runtime.block_on(served);
    // The thread that reads stdin cannot be stopped; waiting for it would be waiting for the daemon.
    runtime.shutdown_background();
    ended.code()
}

/// Serves one build: pings, builds, and answers exactly once, whatever happens.
///
/// - An environment that cannot be read, and a daemon that does not answer the ping, are errors in the answer.
/// - A panic, in the build or in a task that it started, is an answer that says that we are wrong.
/// - When the daemon closes its end, the build is dropped.
pub async fn serve<R, W, B, F>(
    reader: R,
    writer: W,
    environment: Result<Environment, Failure>,
    panics: &Panics,
    build: B,
) -> Ended
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
    B: FnOnce(Client, Environment) -> F,
    F: Future<Output = Result<Answer, Failure>>,
{
    let Connection { client, reply, mut closed } = match stdio::connect(reader, writer).await {
        Ok(connection) => connection,
        Err(error) => return unheard(&error),
    };
    let whole = async {
        let outcome = panics.caught(prepared(client, environment, build)).await.unwrap_or_else(Err);
        reply.send(outcome.map(Answer::into_wire).map_err(|failure| failure.to_status())).await
    };
    let mut whole = pin!(whole);
    let sent = tokio::select! {
        biased;
        sent = &mut whole => sent,
        () = closed.wait() => match tokio::time::timeout(GRACE, whole).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => return Ended::Cancelled,
        },
    };
    match sent {
        Ok(()) => Ended::Answered,
        Err(error) => unheard(&error),
    }
}

/// Pings, then builds.
async fn prepared<B, F>(
    mut client: Client,
    environment: Result<Environment, Failure>,
    build: B,
) -> Result<Answer, Failure>
where
    B: FnOnce(Client, Environment) -> F,
    F: Future<Output = Result<Answer, Failure>>,
{
    let mut environment = environment?;
    environment.caps = client.ping().await.map_err(|error| error.during("ask BuildKit what it can do"))?;
    build(client, environment).await
}

/// Nobody hears us any more but the daemon's log.
fn unheard(error: &GatewayError) -> Ended {
    eprintln!("wheelbase: BuildKit did not take the answer: {error}");
    Ended::Unheard
}
