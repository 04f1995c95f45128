//! A panic is an answer too: "this is our bug".
//!
//! Without this, the daemon would say "exit code: 101" and point at the user's `# syntax=` line.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use crate::answer::Failure;

/// The first panic of the process, wherever it happened.
#[derive(Debug, Clone, Default)]
pub struct Panics {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    first: Mutex<Option<String>>,
    noticed: Notify,
}

impl Panics {
    /// Notices each panic of this process, also of tasks whose end nobody looks at. The usual report still goes
    /// to stderr, which is the daemon's log. Without it, only panics of the build itself are caught.
    pub fn install() -> Self {
        let panics = Self::default();
        let noticing = panics.clone();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            usual(info);
            let place =
                info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
            noticing.notice(format!("{}{place}", text_of(info.payload())));
        }));
        panics
    }

    fn notice(&self, text: String) {
        self.shared.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        self.shared.noticed.notify_one();
    }

    fn first(&self) -> Option<String> {
        self.shared.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the future gives, unless it or a task panics first.
    pub(super) async fn caught<T>(&self, future: impl Future<Output = T>) -> Result<T, Failure> {
        let mut future = pin!(future);
        let guarded =
            std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
                Err(payload) => Poll::Ready(Err(text_of(&*payload))),
            });
        let elsewhere = async {
            loop {
                if let Some(text) = self.first() {
                    return text;
                }
                self.shared.noticed.notified().await;
            }
        };
        let text = tokio::select! {
            biased;
            done = guarded => match done {
                Ok(value) => return Ok(value),
                Err(text) => self.first().unwrap_or(text),
            },
            text = elsewhere => text,
        };
        Err(Failure::Bug(text))
    }
}

/// What was said: panics carry a text, unless somebody made an effort.
fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bug<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
        match result {
            Err(Failure::Bug(text)) => text,
            other => panic!("not a bug: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_panic_of_the_build() {
        let caught = Panics::default().caught(async { panic!("out of {}", "luck") }).await;
        assert_eq!(bug::<()>(caught), "out of luck");
    }

    #[tokio::test]
    async fn a_panic_elsewhere_ends_a_build_that_waits_for_ever() {
        let panics = Panics::default();
        let noticing = panics.clone();
        tokio::spawn(async move { noticing.notice("in a task".into()) });
        assert_eq!(bug::<()>(panics.caught(std::future::pending()).await), "in a task");
    }

    #[tokio::test]
    async fn no_panic() {
        assert_eq!(Panics::default().caught(async { 1 }).await.expect("a value"), 1);
    }
}
