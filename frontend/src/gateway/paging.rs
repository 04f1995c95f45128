//! Reading a file in pieces: one answer of the daemon holds at most 16 MiB.

use super::GatewayError;
use tonic::Code;

/// Bytes asked for at a time: well below the limit of one message.
pub(super) const PAGE: usize = 8 << 20;

/// The largest file that we read. What we read is descriptions and locks; a file that would not fit into the
/// memory of a small builder is a mistake worth a message.
const LARGEST: usize = 64 << 20;

/// A file while it is being read.
#[derive(Debug, Default)]
pub(super) struct Pages {
    data: Vec<u8>,
}

impl Pages {
    /// Where the next piece begins.
    pub(super) fn offset(&self) -> i64 {
        i64::try_from(self.data.len()).expect("at most LARGEST and a page")
    }

    /// Takes a piece; says whether it was the last one: a piece shorter than was asked for ends the file.
    pub(super) fn push(&mut self, piece: Vec<u8>) -> Result<bool, GatewayError> {
        let last = piece.len() < PAGE;
        match self.data.is_empty() {
            true => self.data = piece,
            false => self.data.extend(piece),
        }
        match self.data.len() > LARGEST {
            true => Err(GatewayError::new(Code::Unknown, format!("larger than {} MiB", LARGEST >> 20))),
            false => Ok(last),
        }
    }

    /// The whole file.
    pub(super) fn finish(self) -> Vec<u8> {
        self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_asks_for_another() {
        let mut pages = Pages::default();
        assert!(!pages.push(vec![1; PAGE]).unwrap());
        assert_eq!(pages.offset(), PAGE as i64);
        assert!(pages.push(vec![2]).unwrap());
        assert_eq!(pages.finish().len(), PAGE + 1);
    }

    #[test]
    fn an_empty_file_is_one_empty_page() {
        assert!(Pages::default().push(vec![]).unwrap());
    }

    #[test]
    fn endless_files_end() {
        let mut pages = Pages::default();
        let error = (0..=LARGEST / PAGE).find_map(|_| pages.push(vec![0; PAGE]).err()).expect("too large");
        assert!(error.message().contains("64 MiB"), "{error}");
    }
}
