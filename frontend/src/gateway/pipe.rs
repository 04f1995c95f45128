//! The pipe to the daemon: two halves made one, handed out once, and watched for its end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

/// Resolves when the daemon has closed its end. BuildKit has no other way to say "cancelled".
#[derive(Debug)]
pub struct Closed(oneshot::Receiver<()>);

impl Closed {
    /// Waits for the end.
    pub async fn wait(&mut self) {
        // An error means that the reader is gone, which is an end as well.
        let _ = (&mut self.0).await;
    }
}

/// Joins both halves; the second value tells when reading came to an end.
pub(super) fn watched<R, W>(reader: R, writer: W) -> (tokio::io::Join<Watched<R>, W>, Closed)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (sender, receiver) = oneshot::channel();
    (tokio::io::join(Watched { reader, ended: Some(sender) }, writer), Closed(receiver))
}

/// A reader that tells when it came to its end.
#[derive(Debug)]
pub(super) struct Watched<R> {
    reader: R,
    ended: Option<oneshot::Sender<()>>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buf.filled().len(), buf.remaining());
        let polled = Pin::new(&mut self.reader).poll_read(cx, buf);
        let ended = match &polled {
            Poll::Pending => false,
            Poll::Ready(Ok(())) => room > 0 && buf.filled().len() == before,
            Poll::Ready(Err(error)) => error.kind() != io::ErrorKind::Interrupted,
        };
        if ended && let Some(sender) = self.ended.take() {
            // Nobody waiting is fine: the process is about to end by itself.
            let _ = sender.send(());
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn the_end_is_told_once_all_is_read() {
        let (mut pipe, mut closed) = watched(&b"ab"[..], tokio::io::sink());
        let mut buffer = [0; 2];
        pipe.read_exact(&mut buffer).await.unwrap();
        assert!(closed.0.try_recv().is_err());
        assert_eq!(pipe.read(&mut buffer).await.unwrap(), 0);
        closed.wait().await;
    }
}
